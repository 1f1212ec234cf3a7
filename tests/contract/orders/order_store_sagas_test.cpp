// SPDX-License-Identifier: Apache-2.0
// Sagas in the store of orders: whose turn it is, who waits for what, who is in trouble.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contract/matchers.hpp"
#include "contract/orders/order_store_cases.hpp"
#include "contract/orders/order_store_contract.hpp"
#include "contract/port_under_test.hpp"

namespace banyan::contract {
namespace {

using ::orders::OrdersReading;
using ::orders::OrdersWriting;

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

}  // namespace
}  // namespace banyan::contract
