// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "saga_world.hpp"

/// What the steps of a saga leave behind is what one transaction would have left, done at some
/// moment between what strangers did meanwhile: whatever the network loses, repeats and delays, and
/// whoever dies. Compared is what can be observed when all is over: the order, the shelf, the
/// money.
namespace orders::testing {
namespace {

using banyan::contract::kFive;
using banyan::contract::sample_shop;

struct Observed {
  std::optional<CancelReason> cancelled;  ///< else paid
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::int64_t money_taken = 0;
  std::size_t money_held = 0;
  std::vector<bool> strangers_bought{};
  friend bool operator==(const Observed&, const Observed&) = default;
};

/// What somebody else does before one of the saga's calls.
struct Stranger {
  enum class What : std::uint8_t { Delivers, Buys } what = What::Delivers;
  int before_call = 0;
  std::int64_t quantity = 1;
};

/// A case that follows from its number.
struct Case {
  std::int64_t quantity = 1;
  bool can_pay = true;
  std::optional<int> cancelled_before_call;
  std::vector<Stranger> strangers;
  std::map<int, Trouble> troubles;

  explicit Case(std::uint64_t seed) {
    banyan::SeededRandom dice(seed);
    const auto roll = [&](std::uint64_t sides) { return static_cast<int>(dice.next() % sides); };
    quantity = 1 + roll(6);
    can_pay = roll(4) != 0;
    if (roll(3) == 0) cancelled_before_call = roll(5);
    // Who buys while stock is held for an order that then comes to nothing is refused, as nobody is
    // by a transaction: a reservation can be seen. So nobody buys in such a case.
    const bool somebody_buys = can_pay && !cancelled_before_call;
    for (int i = roll(3); i > 0; --i) {
      strangers.push_back(
          {somebody_buys && roll(2) == 0 ? Stranger::What::Buys : Stranger::What::Delivers, roll(5),
           1 + roll(3)});
    }
    std::ranges::stable_sort(strangers, {}, &Stranger::before_call);
    for (int call = 0; call < 8; ++call) {
      if (roll(3) == 0) troubles[call] = static_cast<Trouble>(roll(5));
    }
  }
};

/// Of one copy, with the tax of Germany.
constexpr std::int64_t kPrice = 129;

std::int64_t to_pay(std::int64_t quantity) {
  const banyan::Money net{kPrice * quantity, "EUR"};
  return net.minor_units + tax_on(net, tax_rate_of("DE")).minor_units;
}

/// One transaction, after the first `before` strangers and before the others.
Observed as_one_transaction(const Case& each, std::size_t before, bool cancelled) {
  Observed seen{.on_hand = 5};
  const auto stranger = [&](const Stranger& who) {
    if (who.what == Stranger::What::Delivers) {
      seen.on_hand += who.quantity;
      return;
    }
    const bool enough = seen.on_hand >= who.quantity;
    if (enough) seen.on_hand -= who.quantity;
    seen.strangers_bought.push_back(enough);
  };
  for (std::size_t i = 0; i < before; ++i) stranger(each.strangers[i]);
  if (cancelled) {
    seen.cancelled = CancelReason::ByCustomer;
  } else if (seen.on_hand < each.quantity) {
    seen.cancelled = CancelReason::OutOfStock;
  } else if (!each.can_pay) {
    seen.cancelled = CancelReason::PaymentDeclined;
  } else {
    seen.on_hand -= each.quantity;
    seen.money_taken = to_pay(each.quantity);
  }
  for (std::size_t i = before; i < each.strangers.size(); ++i) stranger(each.strangers[i]);
  return seen;
}

class Steps {
 public:
  explicit Steps(const Case& each, bool payments_forget) : case_(each) {
    world_.payments.limit = each.can_pay ? 1'000'000 : 0;
    world_.payments.forgets_undo = payments_forget;
    world_.troubles.at = each.troubles;
    world_.troubles.between = [this](int call) { meanwhile(call); };
  }

  /// Whether the customer has been told that the order is or will be cancelled.
  bool cancelled() const { return cancelled_; }

  Observed run() {
    in_a_process([&] { (void)world_.place("key", case_.quantity).has_value(); });
    for (int round = 0; round < 40; ++round) {
      world_.clock.advance(world_.policy.longest_backoff + world_.policy.lease);
      in_a_process([&] { world_.run_once(); });
    }
    meanwhile(std::numeric_limits<int>::max());
    world_.troubles.between = {};
    world_.troubles.at.clear();
    world_.run_to_the_end();
    world_.troubles.deliver_late();
    const OrderDetails order = world_.order();
    EXPECT_EQ(order.fulfilment, Fulfilment::Done) << order.problem.value_or("");
    const warehouse::Stock stock = world_.stock();
    return {order.cancel_reason,     stock.on_hand,          stock.reserved,
            world_.payments.taken(), world_.payments.held(), strangers_bought_};
  }

 private:
  void meanwhile(int call) {
    if (inside_) return;
    inside_ = true;
    while (next_ < case_.strangers.size() && case_.strangers[next_].before_call <= call) {
      act(case_.strangers[next_++]);
    }
    if (case_.cancelled_before_call && *case_.cancelled_before_call <= call && !tried_) {
      tried_ = true;
      // The customer's request is another process, which may be in trouble itself.
      in_a_process([&] { cancelled_ = world_.cancel(world_.order().id).has_value(); });
    }
    inside_ = false;
  }

  void act(const Stranger& who) {
    const auto& track = sample_shop().track(kFive);
    const auto context = world_.context().with_key("stranger " + std::to_string(next_));
    if (who.what == Stranger::What::Delivers) {
      ASSERT_THAT(world_.warehouse().handle(warehouse::ReceiveStock{track, who.quantity}, context),
                  Succeeds());
      return;
    }
    banyan::SeededRandom random(next_);
    const auto order = warehouse::OrderId::make({1}, random);
    const bool bought =
        world_.warehouse()
            .handle(warehouse::ReserveStock{order, {{track, who.quantity}}}, context)
            .has_value();
    if (bought) {
      ASSERT_THAT(world_.warehouse().handle(warehouse::ConfirmReservation{order}, context),
                  Succeeds());
    }
    strangers_bought_.push_back(bought);
  }

  template <class F>
  static void in_a_process(F&& body) {
    try {
      body();
    } catch (const ProcessDied&) {
    }
  }

  SagaWorld world_{false};
  const Case& case_;
  std::size_t next_ = 0;
  bool inside_ = false;
  bool tried_ = false;
  bool cancelled_ = false;
  std::vector<bool> strangers_bought_;
};

/// Is there a moment at which one transaction would have left this?
bool is_explained(const Case& each, const Observed& seen, bool cancelled) {
  for (std::size_t before = 0; before <= each.strangers.size(); ++before) {
    if (seen == as_one_transaction(each, before, false) && !cancelled) return true;
    if (!each.cancelled_before_call) continue;
    if (seen == as_one_transaction(each, before, true)) return true;
    // It came to nothing before it could be cancelled.
    const Observed without = as_one_transaction(each, before, false);
    if (without.cancelled && seen == without) return true;
  }
  return false;
}

constexpr std::uint64_t kCases = 300;

TEST(StepsOfASaga, LeaveWhatOneTransactionWouldHaveLeft) {
  for (std::uint64_t seed = 1; seed <= kCases; ++seed) {
    const Case each(seed);
    Steps steps(each, /*payments_forget=*/false);
    const Observed seen = steps.run();
    EXPECT_TRUE(is_explained(each, seen, steps.cancelled()))
        << "case " << seed << ": on hand " << seen.on_hand << ", reserved " << seen.reserved
        << ", taken " << seen.money_taken << ", held " << seen.money_held << ", cancelled "
        << seen.cancelled.has_value();
  }
}

// The test can fail: a participant that forgets what it has undone is found out.
TEST(StepsOfASaga, DifferWhereAParticipantKeepsNoTombstones) {
  bool differs = false;
  for (std::uint64_t seed = 1; seed <= 3 * kCases && !differs; ++seed) {
    const Case each(seed);
    Steps steps(each, /*payments_forget=*/true);
    const Observed seen = steps.run();
    differs = !is_explained(each, seen, steps.cancelled());
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace orders::testing
