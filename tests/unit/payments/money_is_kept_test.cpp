// SPDX-License-Identifier: Apache-2.0
// Money is never lost and never invented: random histories of commands, notes and moods of the
// provider, checked against the provider's own books.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/random.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/port_under_test.hpp"
#include "payments/module.hpp"
#include "support/provider_with_books.hpp"

namespace payments {
namespace {

using banyan::contract::any_context;
using banyan::test::ProviderWithBooks;
using Mood = ProviderWithBooks::Mood;

constexpr std::size_t kOrders = 3;
constexpr int kSteps = 40;

/// One history, which the seed decides. What it finds wrong is in problems().
class History {
 public:
  /// `unsound`: how the provider breaks its contract now and then; nothing: it keeps it.
  History(std::uint64_t seed, std::optional<Mood> unsound) : random_(seed), unsound_(unsound) {
    for (std::size_t i = 0; i < kOrders; ++i) orders_.push_back(OrderId::make({1}, random_));
    provider_.mood = [this](std::string_view what) { return mood(what); };
  }

  std::vector<std::string> run() {
    for (int i = 0; i < kSteps; ++i) step(orders_[below(kOrders)]);
    // The provider is well again, and what was on its way has arrived.
    well_ = true;
    while (provider_.deliver_late()) {
    }
    for (const OrderId& order : orders_) settle(order);
    for (const OrderId& order : orders_) compare_at_the_end(order);
    return problems_;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.next() % bound); }

  Mood mood(std::string_view what) {
    if (what == "remember") return unsound_.value_or(Mood::Answers);
    if (well_) return Mood::Answers;
    switch (below(6)) {
      case 0: return Mood::IsDown;
      case 1: return Mood::LosesAnswers;
      case 2: return what == "look_up" ? Mood::IsDown : Mood::AnswersLater;
      default: return Mood::Answers;
    }
  }

  void step(const OrderId& order) {
    switch (below(9)) {
      case 0:
      case 1: authorise(order, below(8) == 0 ? 100'001 : 500); break;
      case 2: capture(order); break;
      case 3: give_up(order); break;
      case 4: refund(order, below(3), below(4) == 0 ? 500 : 150); break;
      case 5: statements_.push_back({order, provider_.statement(order)}); break;
      case 6:
      case 7: note_something_old(); break;
      case 8: provider_.deliver_late(); break;
      default: break;
    }
    check_always(order);
  }

  template <class Command>
  bool does(const Command& command) {
    return payments_->handle(command, any_context()).has_value();
  }
  void authorise(const OrderId& order, std::int64_t cents) {
    const auto [known, fresh] = amounts_.emplace(order, cents);
    does(Authorise{order, customer_, {known->second, "EUR"}, "card"});
  }
  void capture(const OrderId& order) { does(Capture{order}); }
  void give_up(const OrderId& order) {
    if (does(Void{order})) undone_.push_back(order);
  }
  void refund(const OrderId& order, std::size_t number, std::int64_t cents) {
    const std::string name = (number == 2 ? "no-" : "r-") + std::to_string(number);
    const auto [known, fresh] = refunds_[order].emplace(name, cents);
    const auto done = payments_->handle(Refund{order, name, known->second}, any_context());
    // One that was not even begun may be of another amount the next time.
    if (!done && done.error().rule != "payments.provider_unavailable" &&
        done.error().rule != "payments.refund_refused") {
      refunds_[order].erase(name);
    }
  }
  void note_something_old() {
    if (statements_.empty()) return;
    const auto& [order, statement] = statements_[below(statements_.size())];
    const auto noted = payments_->handle(NoteProviderResult{order, statement}, any_context());
    if (!noted && noted.error().rule != "payments.unknown_payment" &&
        noted.error().rule != "payments.provider_unavailable") {
      problem(order, "a true statement is refused: " + noted.error().message);
    }
  }

  /// What was asked and is unknown becomes known by asking again.
  void settle(const OrderId& order) {
    const auto payment = payments_->handle(GetPayment{order}, any_context());
    if (!payment) return;
    for (const PaymentRefund& each : payment->refunds) {
      if (each.state != RefundState::Requested) continue;
      does(Refund{order, each.refund, each.amount});
    }
    // The order's saga asks for one or the other until it has an answer.
    if (below(2) == 0) capture(order);
    give_up(order);
  }

  void check_always(const OrderId& order) {
    const auto payment = payments_->handle(GetPayment{order}, any_context());
    const auto books = provider_.account(order);
    if (!payment) return;
    const bool taken =
        payment->state == PaymentState::Captured || payment->state == PaymentState::Refunded;
    if (taken && books.status != ProviderStatus::Captured) problem(order, "invented money");
    if (payment->state == PaymentState::Authorised && books.status != ProviderStatus::Authorised &&
        books.status != ProviderStatus::Captured && books.status != ProviderStatus::Voided) {
      problem(order, "invented an authorisation");
    }
    std::int64_t given_back = 0;
    for (const auto& [name, amount] : books.refunds) given_back += amount;
    if (payment->refunded > given_back) problem(order, "invented a refund");
    if (given_back > books.amount.minor_units) problem(order, "gave back more than was taken");
    if (books.captures > 1) problem(order, "took the money twice");
  }

  void compare_at_the_end(const OrderId& order) {
    check_always(order);
    const auto books = provider_.account(order);
    const bool undone = std::ranges::find(undone_, order) != undone_.end();
    if (undone && (books.status == ProviderStatus::Authorised || books.captures > 0)) {
      problem(order, "holds money for what was undone");
    }
    const auto payment = payments_->handle(GetPayment{order}, any_context());
    if (!payment) {
      if (books.status != ProviderStatus::Unknown) problem(order, "lost a whole payment");
      return;
    }
    const bool taken =
        payment->state == PaymentState::Captured || payment->state == PaymentState::Refunded;
    if (taken != (books.captures == 1)) problem(order, "lost what was taken");
    std::int64_t given_back = 0;
    for (const auto& [name, amount] : books.refunds) given_back += amount;
    if (payment->refunded != given_back) problem(order, "lost what was given back");
    if (payment->state == PaymentState::Requested || payment->state == PaymentState::Authorised) {
      problem(order, "is not settled");
    }
  }

  void problem(const OrderId& order, const std::string& what) {
    problems_.push_back(order.str() + " " + what);
  }

  banyan::SeededRandom random_;
  const std::optional<Mood> unsound_;
  bool well_ = false;
  const CustomerId customer_ = CustomerId::make({1}, random_);
  std::vector<OrderId> orders_;
  std::map<OrderId, std::int64_t> amounts_;
  std::map<OrderId, std::map<std::string, std::int64_t>> refunds_;
  std::vector<std::pair<OrderId, ProviderAnswer>> statements_;
  std::vector<OrderId> undone_;
  ProviderWithBooks provider_;
  std::unique_ptr<Payments> payments_ =
      make_memory_payments({provider_}, banyan::contract::real_environment());
  std::vector<std::string> problems_;
};

TEST(Money, IsNeitherLostNorInventedWhateverTheProviderDoes) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    const auto problems = History(seed, std::nullopt).run();
    ASSERT_TRUE(problems.empty()) << "seed " << seed << ": " << problems.front();
  }
}

TEST(Money, WouldBeMissedIfTheProviderDidNotRememberVoids) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    found += History(seed, Mood::ForgetsVoids).run().empty() ? 0 : 1;
  }
  EXPECT_GT(found, 0U);
}

}  // namespace
}  // namespace payments
