// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "contract/matchers.hpp"
#include "contract/orders/order_store_contract.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"
#include "contract/worlds.hpp"
#include "persistence/memory_orders.hpp"
#include "persistence/sql_orders.hpp"

namespace banyan::contract {
namespace {

using ::orders::Order;
using ::orders::OrdersReading;
using ::orders::OrderState;
using ::orders::OrdersWriting;

constexpr Timestamp kNow{1'750'000'000'000'000};
const LeaseTime kLeaseNow{"a clock", 5'000'000};

/// A saga of two steps about something.
SagaInstance a_saga(std::uint64_t number, const std::string& subject) {
  SeededRandom random(number);
  SagaRecord saga;
  saga.id = SagaId::make(kNow, random);
  saga.name = "place_order";
  saga.subject = subject;
  saga.began = kNow;
  saga.deadline = Timestamp{kNow.micros + 1};
  saga.correlation_id = "correlation";
  SagaStep hold;
  hold.name = "reserve_stock";
  hold.undo = "release_reservation";
  hold.dependency = "warehouse";
  SagaStep sell = hold;
  sell.name = "confirm_reservation";
  sell.kind = StepKind::Pivot;
  saga.steps = {hold, sell};
  return SagaInstance(std::move(saga));
}

/// An order with its saga.
struct OrderWithSaga {
  Order order;
  SagaInstance saga;
};

OrderWithSaga a_case(std::uint64_t number, Timestamp at = kNow) {
  SeededRandom random(number);
  const auto& shop = sample_shop();
  Order order = Order::place(::orders::OrderId::make(at, random), some_customer(number),
                             {{shop.track(kFive), "Crossing the Meadow", 2, {129, "EUR"}},
                              {shop.track(kPlenty), "River Song", 1, {99, "EUR"}}},
                             {{1900}, "card", "DE"}, at)
                    .value();
  SagaInstance saga = a_saga(number, order.data().id.str());
  return {std::move(order), std::move(saga)};
}

Result<void> add(OrdersWriting& rows, const OrderWithSaga& each) {
  rows.add(each.order);
  EXPECT_TRUE(rows.sagas().add(each.saga));
  rows.journal(each.order.data().id, OrderState::Placed, each.order.data().placed_at);
  return {};
}

TEST_P(OrderStoreContract, FindsWhatWasAdded) {
  const OrderWithSaga fresh = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    const auto found = rows.find(fresh.order.data().id);
    EXPECT_TRUE(found);
    EXPECT_EQ(found->order.data(), fresh.order.data());
    EXPECT_EQ(found->saga->data(), fresh.saga.data());
    return 0;
  });
}

TEST_P(OrderStoreContract, KeepsEveryChangeOfAnOrderAndItsSaga) {
  OrderWithSaga changing = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, changing); }),
              Succeeds());
  const SagaPolicy policy;
  const std::vector<SagaAnswer> answers = {
      {SagaOutcome::NoAnswer, "banyan.unreachable", "nobody there", kNow},
      {SagaOutcome::Done, "", "", kNow},
      {SagaOutcome::Failed, "banyan.internal", "odd", kNow},
      {SagaOutcome::Refused, "warehouse.reservation_released", "given up", kNow},
      {SagaOutcome::NoAnswer, "", "known to be out", std::nullopt},
      {SagaOutcome::Done, "", "", kNow},  // the try that failed may have done it: undone, too
      {SagaOutcome::Done, "", "", kNow}};

  for (const SagaAnswer& answer : answers) {
    const std::int64_t epoch = changing.saga.data().epoch;
    ASSERT_TRUE(changing.saga.take_over("me", kLeaseNow, policy));
    changing.saga.take(*changing.saga.next(), answer, {{kNow.micros + 1}, kLeaseNow}, policy, 7);
    const bool goes_on = changing.saga.data().phase == banyan::SagaPhase::Forward;
    if (answer.outcome == SagaOutcome::Done && goes_on) {
      ASSERT_THAT(changing.order.reserve({kNow.micros + 1}), Succeeds());
    }
    ASSERT_THAT(store().write(any_context(),
                              [&](OrdersWriting& rows) -> Result<void> {
                                rows.save(changing.order);
                                EXPECT_TRUE(rows.sagas().save(changing.saga, epoch));
                                return {};
                              }),
                Succeeds());
    const auto found = store().read(
        any_context(), [&](OrdersReading& rows) { return rows.find(changing.order.data().id); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->order.data(), changing.order.data());
    EXPECT_EQ(found->saga->data(), changing.saga.data());
  }
  EXPECT_EQ(changing.saga.data().status, SagaStatus::Undone);
}

TEST_P(OrderStoreContract, LetsNobodyWriteWhoHasLostTheLease) {
  OrderWithSaga each = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, each); }),
              Succeeds());
  const auto save = [&](const SagaInstance& saga, std::int64_t epoch) {
    bool saved = false;
    (void)store()
        .write(any_context(),
               [&](OrdersWriting& rows) -> Result<void> {
                 saved = rows.sagas().save(saga, epoch);
                 return {};
               })
        .has_value();
    return saved;
  };
  SagaInstance mine = each.saga;
  SagaInstance theirs = each.saga;
  ASSERT_TRUE(mine.take_over("me", kLeaseNow, {}));
  ASSERT_TRUE(save(mine, 0));
  ASSERT_TRUE(theirs.take_over("they", kLeaseNow, {}));
  EXPECT_FALSE(save(theirs, 0));
  EXPECT_TRUE(save(mine, 1));
}

TEST_P(OrderStoreContract, LetsOneSagaAtATimeBeBusyWithAnOrder) {
  OrderWithSaga each = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, each); }),
              Succeeds());
  const auto begin_another = [&] {
    bool begun = false;
    (void)store()
        .write(any_context(),
               [&](OrdersWriting& rows) -> Result<void> {
                 begun = rows.sagas().add(a_saga(99, each.order.data().id.str()));
                 return {};
               })
        .has_value();
    return begun;
  };
  EXPECT_FALSE(begin_another());
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              SagaRecord over = each.saga.data();
                              over.status = SagaStatus::Done;
                              EXPECT_TRUE(rows.sagas().save(SagaInstance(over), 0));
                              return {};
                            }),
              Succeeds());
  EXPECT_TRUE(begin_another());
}

TEST_P(OrderStoreContract, KeepsEveryStateAndReason) {
  const OrderWithSaga fresh = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());
  const auto keeps = [&](OrderState state, std::optional<::orders::CancelReason> reason) {
    Order::Data data = fresh.order.data();
    data.state = state;
    data.cancel_reason = reason;
    ASSERT_THAT(store().write(any_context(),
                              [&](OrdersWriting& rows) -> Result<void> {
                                rows.save(Order::stored(data));
                                return {};
                              }),
                Succeeds());
    const auto found =
        store().read(any_context(), [&](OrdersReading& rows) { return rows.order(data.id); });
    EXPECT_EQ(found->data(), data);
  };
  for (const auto state : {OrderState::Reserved, OrderState::Paid, OrderState::Shipped,
                           OrderState::Delivered, OrderState::Returned}) {
    keeps(state, std::nullopt);
  }
  using enum ::orders::CancelReason;
  for (const auto reason : {OutOfStock, ByCustomer, PaymentDeclined, Refused}) {
    keeps(OrderState::Cancelled, reason);
  }
}

TEST_P(OrderStoreContract, KeepsSinceWhenAParcelIsBack) {
  const OrderWithSaga fresh = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());
  Order::Data data = fresh.order.data();
  data.state = OrderState::Shipped;
  for (const auto since : {std::optional(kNow), std::optional<Timestamp>()}) {
    data.brought_back_at = since;
    ASSERT_THAT(store().write(any_context(),
                              [&](OrdersWriting& rows) -> Result<void> {
                                rows.save(Order::stored(data));
                                return {};
                              }),
                Succeeds());
    const auto found =
        store().read(any_context(), [&](OrdersReading& rows) { return rows.order(data.id); });
    EXPECT_EQ(found->data(), data);
  }
}

TEST_P(OrderStoreContract, AddsNothingWhenTheUnitOfWorkFails) {
  const OrderWithSaga fresh = a_case(1);
  const auto failed = store().write(any_context(), [&](OrdersWriting& rows) -> Result<void> {
    if (auto added = add(rows, fresh); !added) return added;
    return fail(ErrorCode::Conflict, "test.failed", "on purpose");
  });

  ASSERT_THAT(failed, BreaksRule("test.failed"));
  store().read(any_context(), [&](OrdersReading& rows) {
    EXPECT_FALSE(rows.find(fresh.order.data().id));
    return 0;
  });
}

/// A saga that waits until then.
OrderWithSaga waiting(std::uint64_t number, const LeaseTime& until) {
  OrderWithSaga made = a_case(number);
  SagaRecord saga = made.saga.data();
  saga.waits_until = until;
  return {std::move(made.order), SagaInstance(std::move(saga))};
}

TEST_P(OrderStoreContract, NamesTheSagasThatAreDueLongestWaitingFirst) {
  const SagaPolicy policy;
  const auto longest = policy.longest_wait();
  const OrderWithSaga old = waiting(1, {kLeaseNow.clock, kLeaseNow.micros - 5});
  const OrderWithSaga recent = waiting(2, {kLeaseNow.clock, kLeaseNow.micros - 1});
  const OrderWithSaga future = waiting(3, {kLeaseNow.clock, kLeaseNow.micros + 5});
  OrderWithSaga leased = a_case(4);
  ASSERT_TRUE(leased.saga.take_over("somebody", kLeaseNow, policy));
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              for (const auto& each : {recent, old, future, leased}) {
                                if (auto added = add(rows, each); !added) return added;
                              }
                              return {};
                            }),
              Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    SagaRows& sagas = rows.sagas();
    const std::vector<SagaId> both = {old.saga.data().id, recent.saga.data().id};
    EXPECT_EQ(sagas.due(kLeaseNow, longest, {}, 10), both);
    EXPECT_EQ(sagas.due(kLeaseNow, longest, {}, 1).size(), 1U);
    EXPECT_EQ(sagas.due(kLeaseNow.after(policy.lease), longest, {}, 10).size(), 4U);
    return 0;
  });
}

// The machine was started anew, an older version wrote the row, or a server's clock was put back.
TEST_P(OrderStoreContract, LetsNobodyWaitForATimeThatCannotCome) {
  const auto longest = SagaPolicy().longest_wait();
  const OrderWithSaga other_clock = waiting(1, {"another clock", kLeaseNow.micros + 1});
  const OrderWithSaga no_clock = waiting(2, {});
  const OrderWithSaga waits = waiting(3, kLeaseNow.after(longest));
  const OrderWithSaga too_far = waiting(4, {kLeaseNow.clock, kLeaseNow.after(longest).micros + 1});
  ASSERT_THAT(
      store().write(any_context(),
                    [&](OrdersWriting& rows) -> Result<void> {
                      for (const OrderWithSaga& each : {other_clock, no_clock, waits, too_far}) {
                        if (auto added = add(rows, each); !added) return added;
                      }
                      return {};
                    }),
      Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    const std::vector<SagaId> in_order = {no_clock.saga.data().id, other_clock.saga.data().id,
                                          too_far.saga.data().id};
    EXPECT_EQ(rows.sagas().due(kLeaseNow, longest, {}, 10), in_order);
    for (const OrderWithSaga& each : {other_clock, no_clock, waits, too_far}) {
      const bool listed = std::ranges::count(in_order, each.saga.data().id) == 1;
      EXPECT_EQ(rows.sagas().find(each.saga.data().id)->due(kLeaseNow, SagaPolicy()), listed);
    }
    return 0;
  });
}

// What a lease is timed by goes on, is the same for all, and is no time of day.
TEST_P(OrderStoreContract, HasAClockForLeasesThatDoesNotGoBack) {
  const auto now = [&] {
    return store().read(any_context(),
                        [](OrdersReading&, UnitOfWork& unit) { return unit.lease_now(); });
  };
  const LeaseTime first = now();
  const auto second = store().write(
      any_context(),
      [](OrdersWriting&, UnitOfWork& unit) -> Result<LeaseTime> { return unit.lease_now(); });
  ASSERT_THAT(second, Succeeds());
  EXPECT_NE(first.clock, "");
  EXPECT_EQ(first.clock, second->clock);
  EXPECT_LE(first.micros, second->micros);
}

/// A saga that waits for the warehouse until then.
OrderWithSaga blocked(std::uint64_t number, const LeaseTime& until) {
  OrderWithSaga made = waiting(number, until);
  SagaRecord saga = made.saga.data();
  saga.blocked_on = "warehouse";
  return {std::move(made.order), SagaInstance(std::move(saga))};
}

TEST_P(OrderStoreContract, LeavesSagasAloneThatWaitForADependencyUntilItIsReleased) {
  const auto longest = SagaPolicy().longest_wait();
  const OrderWithSaga waits = blocked(1, {kLeaseNow.clock, kLeaseNow.micros - 1});
  const OrderWithSaga waits_longer = blocked(2, {kLeaseNow.clock, kLeaseNow.micros - 2});
  const OrderWithSaga is_driven = [] {
    OrderWithSaga made = blocked(3, {kLeaseNow.clock, kLeaseNow.micros + 1});
    SagaRecord saga = made.saga.data();
    saga.holder = "somebody";
    return OrderWithSaga{std::move(made.order), SagaInstance(std::move(saga))};
  }();
  const OrderWithSaga other = waiting(4, kLeaseNow);
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              for (const auto& each : {waits, waits_longer, is_driven, other}) {
                                if (auto added = add(rows, each); !added) return added;
                              }
                              return {};
                            }),
              Succeeds());
  store().read(any_context(), [&](OrdersReading& rows) {
    EXPECT_EQ(rows.sagas().due(kLeaseNow, longest, {"payments", "warehouse"}, 10),
              std::vector{other.saga.data().id});
    EXPECT_EQ(rows.sagas().due(kLeaseNow, longest, {"payments"}, 10).size(), 3U);
    EXPECT_EQ(rows.sagas().waiting_for("warehouse", kLeaseNow, longest),
              waits_longer.saga.data().id);
    EXPECT_EQ(rows.sagas().waiting_for("payments", kLeaseNow, longest), std::nullopt);
    return 0;
  });
  const auto spread = std::chrono::milliseconds(50);
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              rows.sagas().release("warehouse", kLeaseNow, spread);
                              return {};
                            }),
              Succeeds());
  store().read(any_context(), [&](OrdersReading& rows) {
    const auto released = rows.sagas().find(waits.saga.data().id)->data();
    EXPECT_EQ(released.blocked_on, "");
    EXPECT_GE(released.waits_until.micros, kLeaseNow.micros);
    EXPECT_EQ(rows.sagas().find(is_driven.saga.data().id)->data().blocked_on, "warehouse");
    EXPECT_EQ(rows.sagas().due(kLeaseNow.after(spread), longest, {}, 10).size(), 4U);
    return 0;
  });
}

// Who was to find out whether a dependency answers has died over it.
TEST_P(OrderStoreContract, LetsTheNextOneAskForADependencyWhenALeaseIsOver) {
  const auto longest = SagaPolicy().longest_wait();
  OrderWithSaga left = blocked(1, {kLeaseNow.clock, kLeaseNow.micros + 1});
  SagaRecord saga = left.saga.data();
  saga.holder = "somebody who died";
  left.saga = SagaInstance(std::move(saga));
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, left); }),
              Succeeds());
  store().read(any_context(), [&](OrdersReading& rows) {
    EXPECT_EQ(rows.sagas().waiting_for("warehouse", kLeaseNow, longest), std::nullopt);
    EXPECT_EQ(rows.sagas().waiting_for("warehouse", kLeaseNow.after(std::chrono::microseconds(1)),
                                       longest),
              left.saga.data().id);
    return 0;
  });
}

TEST_P(OrderStoreContract, ListsSagasNewestFirstAndNamesTheirVersions) {
  const OrderWithSaga one = a_case(1);
  OrderWithSaga two = a_case(2);
  SagaRecord stuck = two.saga.data();
  stuck.status = SagaStatus::Stuck;
  stuck.version = 7;
  two.saga = SagaInstance(std::move(stuck));
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              (void)add(rows, one).has_value();
                              return add(rows, two);
                            }),
              Succeeds());
  store().read(any_context(), [&](OrdersReading& rows) {
    SagaRows& sagas = rows.sagas();
    EXPECT_EQ(sagas.list({}).size(), 2U);
    EXPECT_EQ(sagas.list({.limit = 1}).size(), 1U);
    EXPECT_EQ(sagas.list({.before = sagas.list({.limit = 1}).front().data().id.str()}).size(), 1U);
    EXPECT_EQ(sagas.list({.status = SagaStatus::Stuck}).front().data(), two.saga.data());
    EXPECT_EQ(sagas.list({.status = SagaStatus::Active}).front().data(), one.saga.data());
    EXPECT_EQ(sagas.list({.status = SagaStatus::Active}).size(), 1U);
    EXPECT_TRUE(sagas.list({.status = SagaStatus::Done}).empty());
    EXPECT_TRUE(sagas.list({.status = SagaStatus::Undone}).empty());
    EXPECT_EQ(sagas.list({.subject = one.order.data().id.str()}).front().data(), one.saga.data());
    EXPECT_EQ(sagas.open_versions(),
              (std::vector<SagaVersion>{{"place_order", 1}, {"place_order", 7}}));
    return 0;
  });
}

TEST_P(OrderStoreContract, CountsSagasThatAreNotOverAndFindsThoseThatSomebodyHasToHearOf) {
  const auto with = [](std::uint64_t number, SagaStatus status, std::int64_t began,
                       std::optional<Timestamp> deadline) {
    OrderWithSaga made = a_case(number);
    SagaRecord record = made.saga.data();
    record.status = status;
    record.began = {kNow.micros + began};
    record.deadline = deadline;
    made.saga = SagaInstance(std::move(record));
    return made;
  };
  const Timestamp passed = kNow;
  const Timestamp to_come{kNow.micros + 1};
  const OrderWithSaga late = with(1, SagaStatus::Active, 3, passed);
  const OrderWithSaga stuck = with(2, SagaStatus::Stuck, 1, std::nullopt);
  const OrderWithSaga stuck_and_late = with(3, SagaStatus::Stuck, 2, passed);
  ASSERT_THAT(
      store().write(any_context(),
                    [&](OrdersWriting& rows) -> Result<void> {
                      for (const OrderWithSaga& each :
                           {late, stuck, stuck_and_late, with(4, SagaStatus::Active, 0, to_come),
                            with(5, SagaStatus::Active, 0, std::nullopt),
                            with(6, SagaStatus::Done, 0, passed),
                            with(7, SagaStatus::Undone, 0, passed)}) {
                        if (auto added = add(rows, each); !added) return added;
                      }
                      return {};
                    }),
      Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    SagaRows& sagas = rows.sagas();
    EXPECT_EQ(sagas.figures(kNow, 10), (SagaFigures{.active = 3, .stuck = 2, .overdue = 2}));
    const SagaFigures some = sagas.figures(kNow, 4);
    EXPECT_EQ(some.active + some.stuck, 4);
    std::vector<SagaId> troubled;
    for (const SagaInstance& each : sagas.in_trouble(kNow, 10)) {
      troubled.push_back(each.data().id);
    }
    EXPECT_EQ(troubled, (std::vector<SagaId>{stuck.saga.data().id, stuck_and_late.saga.data().id,
                                             late.saga.data().id}))
        << "the oldest first";
    EXPECT_EQ(sagas.in_trouble(kNow, 1).front().data(), stuck.saga.data());
    return 0;
  });
}

TEST_P(OrderStoreContract, KnowsTheOrderThatWasPlacedLast) {
  const auto newest = [&] {
    return store().read(any_context(), [](OrdersReading& rows) { return rows.newest(); });
  };
  const auto before = newest();
  const OrderWithSaga later = a_case(1, {kNow.micros + 10'000'000});
  const OrderWithSaga earlier = a_case(2);
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              rows.add(later.order);
                              rows.add(earlier.order);
                              return {};
                            }),
              Succeeds());
  EXPECT_TRUE(!before || *before < later.order.data().id);
  EXPECT_EQ(newest(), later.order.data().id);
}

TEST_P(OrderStoreContract, KnowsWhatACallerHasPlacedUnderAKey) {
  const OrderWithSaga fresh = a_case(1);
  const auto& id = fresh.order.data().id;
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              if (auto added = add(rows, fresh); !added) return added;
                              rows.keep({"ann", "k1"}, id, kNow);
                              return {};
                            }),
              Succeeds());
  const auto placed = [&](const std::string& caller, const std::string& key) {
    return store().read(any_context(),
                        [&](OrdersReading& rows) { return rows.placed_under({caller, key}); });
  };
  EXPECT_EQ(placed("ann", "k1"), id);
  EXPECT_EQ(placed("bob", "k1"), std::nullopt);
  EXPECT_EQ(placed("ann", "k2"), std::nullopt);
}

TEST_P(OrderStoreContract, TellsACustomerFromAPrincipalOfThatName) {
  const OrderWithSaga of_nobody_named = a_case(1);
  const OrderWithSaga of_a_principal = a_case(2);
  const std::string customer = some_customer(1).str();
  const auto id_of = [](const OrderWithSaga& each) { return each.order.data().id; };
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              for (const auto* each : {&of_nobody_named, &of_a_principal}) {
                                if (auto added = add(rows, *each); !added) return added;
                              }
                              rows.keep({"customer=" + customer, "k1"}, id_of(of_nobody_named),
                                        kNow);
                              rows.keep({customer, "k1"}, id_of(of_a_principal), kNow);
                              // As the version before wrote down who asked for a customer.
                              rows.keep({customer, "k0"}, id_of(of_nobody_named), kNow);
                              return {};
                            }),
              Succeeds());
  store().read(any_context(), [&](OrdersReading& rows) {
    EXPECT_EQ(rows.placed_under({"customer=" + customer, "k1"}), id_of(of_nobody_named));
    EXPECT_EQ(rows.placed_under({customer, "k1"}), id_of(of_a_principal));
    EXPECT_EQ(rows.placed_under({"customer=" + customer, "k0"}), id_of(of_nobody_named));
    return 0;
  });
}

TEST_P(OrderStoreContract, WritesTheHistoryInTheOrderOfTime) {
  const OrderWithSaga fresh = a_case(1);
  const auto& id = fresh.order.data().id;
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              if (auto added = add(rows, fresh); !added) return added;
                              rows.journal(id, OrderState::Reserved, kNow);
                              rows.journal(id, OrderState::Paid, {kNow.micros + 1});
                              return {};
                            }),
              Succeeds());

  const auto history =
      store().read(any_context(), [&](OrdersReading& rows) { return rows.history(id); });
  const std::vector<::orders::HistoryEntry> expected = {
      {"placed", kNow}, {"reserved", kNow}, {"paid", {kNow.micros + 1}}};
  EXPECT_EQ(history, expected);
}

/// In a unit of work of its own.
template <class Change>
void change_names(::orders::OrderStore& store, Change change) {
  ASSERT_THAT(store.write(any_context(),
                          [&](OrdersWriting& rows) -> Result<void> {
                            change(rows.names());
                            return {};
                          }),
              Succeeds());
}

TEST_P(OrderStoreContract, KeepsNamesOfSeveralGenerationsAndServesOne) {
  const OrderWithSaga fresh = a_case(1);
  const auto& data = fresh.order.data();
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());
  const auto names = [&](std::size_t most) {
    return store().read(any_context(), [&](OrdersReading& rows) {
      auto all = rows.names_of(std::nullopt, data.id, data.id, most);
      EXPECT_EQ(all, rows.names_of(data.customer, data.id, data.id, most));
      EXPECT_TRUE(rows.names_of(some_customer(7), data.id, data.id, most).empty());
      return all.at(data.id);
    });
  };
  using ::orders::KnownName;
  using enum ::orders::NameState;
  const std::string customer = data.customer.str();
  const std::string track = data.lines[0].track.str();
  const std::string other = data.lines[1].track.str();
  change_names(store(), [&](::orders::NameRows& rows) {
    rows.put(1, customer, "Ada");
    rows.put(1, track, "Old");
    rows.put(2, track, "New");
    rows.put_if_absent(2, track, "Read before");
    rows.put_if_absent(2, other, "Read");
    rows.put(2, other, std::nullopt);
  });
  EXPECT_EQ(names(9).customer, (KnownName{customer, customer, NotYet}));
  change_names(store(), [](auto& rows) { rows.set({.served = 1, .building = 2}); });
  EXPECT_EQ(names(9).customer, (KnownName{customer, "Ada", Known}));
  EXPECT_EQ(names(9).tracks,
            (std::vector<KnownName>{{track, "Old", Known}, {other, other, NotYet}}));
  EXPECT_EQ(names(1).tracks.size(), 1U);
  EXPECT_EQ(names(1).more_tracks, 1);
  change_names(store(), [](auto& rows) { rows.set({.served = 2, .building = 0}); });
  EXPECT_EQ(names(9).customer, (KnownName{customer, customer, NotYet}));
  EXPECT_EQ(names(9).tracks, (std::vector<KnownName>{{track, "New", Known}, {other, other, Gone}}));

  std::int64_t forgotten = 0;
  change_names(store(), [&](auto& rows) { forgotten = rows.forget_before(2, 1); });
  EXPECT_EQ(forgotten, 1);
  change_names(store(), [&](auto& rows) { forgotten = rows.forget_before(2, 10); });
  EXPECT_EQ(forgotten, 1);
  EXPECT_EQ(names(9).tracks[0].name, "New");
}

TEST_P(OrderStoreContract, KeepsHowFarARebuildOfTheNamesIs) {
  using ::orders::NamesRebuild;
  const auto kept = [&] {
    return store().read(any_context(), [](OrdersReading& rows) { return rows.names().rebuild(); });
  };
  EXPECT_EQ(kept(), std::nullopt);
  NamesRebuild rebuild{.generation = 3,
                       .asked = {"somebody", "a reason"},
                       .asked_at = kNow,
                       .source = "catalog",
                       .cursor = "there",
                       .names = 7,
                       .ended_at = {},
                       .problem = "nobody answers",
                       .holder = "me",
                       .held_until = kLeaseNow};
  change_names(store(), [&](auto& rows) { rows.save(rebuild); });
  EXPECT_EQ(kept(), rebuild);
  rebuild.ended_at = kNow;
  rebuild.problem.reset();
  rebuild.source.clear();
  change_names(store(), [&](auto& rows) { rows.save(rebuild); });
  EXPECT_EQ(kept(), rebuild);
  change_names(store(), [](auto& rows) {
    EXPECT_EQ(rows.complete_until("catalog"), std::nullopt);
    rows.set_complete_until("catalog", kNow);
    rows.set_complete_until("catalog", {kNow.micros + 1});
    EXPECT_EQ(rows.complete_until("catalog"), (Timestamp{kNow.micros + 1}));
  });
}

OrderStoreAdapter on_sql(Stage stage, sql::Engine engine = sql::Engine::Sqlite) {
  const std::string name = engine == sql::Engine::Postgres ? "postgresql_" : "sql_";
  return {name + name_of(stage), [stage, engine] {
            struct Base {
              Base(Stage at, sql::Engine on) : database(at, on) {}
              SampleDatabase database;
              recordshop::ModuleDatabases modules = database.modules();
            };
            auto base = std::make_shared<Base>(stage, engine);
            auto store = ::orders::make_soci_order_store(base->modules.orders);
            return OrderStoreInPlace{std::move(base), std::move(store)};
          }};
}

INSTANTIATE_TEST_SUITE_P(Adapters, OrderStoreContract,
                         testing::Values(OrderStoreAdapter{"memory",
                                                           [] {
                                                             return OrderStoreInPlace{
                                                                 nullptr,
                                                                 ::orders::make_memory_order_store(
                                                                     system_clock())};
                                                           }},
                                         on_sql(Stage::Shared), on_sql(Stage::Expanded),
                                         on_sql(Stage::Separated),
                                         on_sql(Stage::Shared, sql::Engine::Postgres),
                                         on_sql(Stage::Separated, sql::Engine::Postgres)),
                         print_name);

TEST(OrdersSeparation, GoesOnUnderRunningCodeAndKeepsTheHistory) {
  SampleDatabase database;
  const recordshop::ModuleDatabases modules = database.modules();
  const auto store = ::orders::make_soci_order_store(modules.orders);
  const OrderWithSaga fresh = a_case(1);
  const auto& id = fresh.order.data().id;
  ASSERT_THAT(store->write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());
  const auto journal = [&](OrderState state) {
    ASSERT_THAT(store->write(any_context(),
                             [&](OrdersWriting& rows) -> Result<void> {
                               rows.journal(id, state, kNow);
                               return {};
                             }),
                Succeeds());
  };

  database.advance_to(Stage::Expanded);
  journal(OrderState::Reserved);
  database.advance_to(Stage::Separated);
  journal(OrderState::Paid);

  const auto history =
      store->read(any_context(), [&](OrdersReading& rows) { return rows.history(id); });
  EXPECT_EQ(history.size(), 3U);
  EXPECT_EQ(
      store->read(any_context(), [&](OrdersReading& rows) { return rows.find(id)->order.data(); }),
      fresh.order.data());
}

}  // namespace
}  // namespace banyan::contract
