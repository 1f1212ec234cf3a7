// SPDX-License-Identifier: Apache-2.0
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/shipping/shipping_database.hpp"
#include "contract/shipping/shipping_store_contract.hpp"
#include "persistence/memory_shipping.hpp"
#include "persistence/sql_shipping.hpp"

namespace banyan::contract {
namespace {

using ::shipping::Consignment;
using ::shipping::ConsignmentState;
using ::shipping::Leg;
using ::shipping::OrderId;
using ::shipping::Record;
using ::shipping::ShippingReading;
using ::shipping::ShippingWriting;
using ::shipping::Sighting;

constexpr Timestamp kNow{1'760'000'000'000'000};
constexpr std::chrono::microseconds kLongest = std::chrono::hours(1);

Record ordered(std::uint64_t number, Timestamp paid_at = kNow) {
  return {
      Consignment::begin(ShippingWorld::order(number), ShippingWorld::customer(), paid_at, kNow),
      {}};
}

template <class F>
void write(::shipping::ShippingStore& store, F body) {
  const auto done = store.write(any_context(), [&](ShippingWriting& rows) -> Result<void> {
    body(rows);
    return {};
  });
  ASSERT_THAT(done, Succeeds());
}

std::optional<Record> find(::shipping::ShippingStore& store, const OrderId& order) {
  return store.read(any_context(), [&](ShippingReading& rows) { return rows.find(order); });
}

TEST_P(ShippingStoreContract, KeepsAllOfAConsignment) {
  Record record = {
      Consignment::begin(ShippingWorld::order(1), ShippingWorld::customer(), kNow, kNow, "AT"), {}};
  record.consignment.about_to_book("test", kNow);
  write(store(), [&](ShippingWriting& rows) { rows.add(record); });
  ASSERT_EQ(find(store(), ShippingWorld::order(1))->consignment.data(), record.consignment.data());

  ASSERT_THAT(record.consignment.booked("N1", kNow), Succeeds());
  record.consignment.learn({{Leg::Outbound, Sighting::Delivered, {kNow.micros + 2}, "there"},
                            {Leg::Outbound, Sighting::Collected, {kNow.micros + 1}, "ex\"it"}},
                           {kNow.micros + 3});
  ASSERT_THAT(record.consignment.announce_return({kNow.micros + 4}), Succeeds());
  ASSERT_THAT(record.consignment.booked("R1", {kNow.micros + 5}), Succeeds());
  record.turn = {"holder", {"clock", 77}, 3, true, "a problem", kNow, {}};
  record.turn.see_to("ada", "it's done", {kNow.micros + 4}, {kNow.micros + 6});
  write(store(), [&](ShippingWriting& rows) {
    rows.save(record);
    rows.save(record);
  });

  const auto found = find(store(), ShippingWorld::order(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->consignment.data(), record.consignment.data());
  EXPECT_EQ(found->turn, record.turn);
  EXPECT_TRUE(found->consignment.facts().empty());
  EXPECT_FALSE(find(store(), ShippingWorld::order(2)));
}

TEST_P(ShippingStoreContract, KeepsThatItWasBroughtBack) {
  Record record = ordered(1);
  record.consignment.about_to_book("test", kNow);
  ASSERT_THAT(record.consignment.booked("N1", kNow), Succeeds());
  record.consignment.learn({{Leg::Outbound, Sighting::Collected, kNow, "there"}}, kNow);
  record.consignment.brought_back(Timestamp{kNow.micros - 1}, kNow);
  write(store(), [&](ShippingWriting& rows) { rows.add(record); });

  EXPECT_EQ(find(store(), ShippingWorld::order(1))->consignment.data(), record.consignment.data());
}

TEST_P(ShippingStoreContract, KeepsWhatWasCancelledBeforeItWasPaid) {
  const Record never{Consignment::never(ShippingWorld::order(1), kNow), {}};
  write(store(), [&](ShippingWriting& rows) { rows.add(never); });

  EXPECT_EQ(find(store(), ShippingWorld::order(1))->consignment.data(), never.consignment.data());
}

TEST_P(ShippingStoreContract, UndoesAUnitOfWorkThatFails) {
  const auto done = store().write(any_context(), [&](ShippingWriting& rows) -> Result<void> {
    rows.add(ordered(1));
    return fail(ErrorCode::Conflict, "test.failed", "on purpose");
  });

  EXPECT_THAT(done, BreaksRule("test.failed"));
  EXPECT_FALSE(find(store(), ShippingWorld::order(1)));
}

TEST_P(ShippingStoreContract, SaysWhoseTurnItIsTheLongestWaitingFirst) {
  const LeaseTime now{"clock", 1'000'000'000'000};
  Record waits = ordered(1);
  waits.turn.waits_until = now.after(std::chrono::seconds(1));
  Record is_due = ordered(2);
  is_due.turn.waits_until = {"clock", now.micros - 1};
  Record is_due_longer = ordered(3);
  is_due_longer.turn.waits_until = {"clock", now.micros - 2};
  Record of_another_clock = ordered(4);
  of_another_clock.turn.waits_until = {"another", now.micros + 5};
  Record beyond_all_measure = ordered(5);
  beyond_all_measure.turn.waits_until = now.after(kLongest + std::chrono::seconds(1));
  Record over = ordered(6);
  ASSERT_THAT(over.consignment.cancel(kNow), Succeeds());
  write(store(), [&](ShippingWriting& rows) {
    for (const Record& each :
         {waits, is_due, is_due_longer, of_another_clock, beyond_all_measure, over}) {
      rows.add(each);
    }
  });

  const auto due = [&](std::int64_t limit) {
    return store().read(any_context(),
                        [&](ShippingReading& rows) { return rows.due(now, kLongest, limit); });
  };
  EXPECT_EQ(due(10), (std::vector{ShippingWorld::order(4), ShippingWorld::order(3),
                                  ShippingWorld::order(2), ShippingWorld::order(5)}));
  EXPECT_EQ(due(1), std::vector{ShippingWorld::order(4)});
}

TEST_P(ShippingStoreContract, ListsWhatIsOverdueTheLongestPaidFirst) {
  const auto paid = [](std::int64_t at) { return Timestamp{kNow.micros + at}; };
  Record is_booked = ordered(4, paid(0));
  is_booked.consignment.about_to_book("test", kNow);
  ASSERT_THAT(is_booked.consignment.booked("N1", kNow), Succeeds());
  write(store(), [&](ShippingWriting& rows) {
    rows.add(ordered(3, paid(1)));
    rows.add(ordered(1, paid(2)));
    rows.add(ordered(2, paid(2)));
    rows.add(ordered(5, paid(9)));
    rows.add(is_booked);
  });

  const auto page = [&](const ::shipping::OverdueAfter& after) {
    std::vector<OrderId> orders;
    for (const auto& each : store().read(any_context(), [&](ShippingReading& rows) {
           return rows.overdue({paid(2), paid(0)}, after, 2);
         })) {
      orders.push_back(each.order);
    }
    return orders;
  };
  auto same_time = std::vector{ShippingWorld::order(1), ShippingWorld::order(2)};
  std::ranges::sort(same_time);
  EXPECT_EQ(page({}), (std::vector{ShippingWorld::order(3), same_time[0]}));
  EXPECT_EQ(page({paid(2), same_time[0].str()}), std::vector{same_time[1]});
}

TEST_P(ShippingStoreContract, ListsAsOverdueWhatHasAProblemAndWhatDoesNotComeBack) {
  const auto at = [](std::int64_t micros) { return Timestamp{kNow.micros + micros}; };
  const auto delivered = [&](std::uint64_t number, std::int64_t back_since) {
    Record record = ordered(number, at(static_cast<std::int64_t>(number)));
    record.consignment.about_to_book("test", kNow);
    EXPECT_THAT(record.consignment.booked("N", kNow), Succeeds());
    record.consignment.learn({{Leg::Outbound, Sighting::Delivered, kNow, "there"}}, kNow);
    EXPECT_THAT(record.consignment.announce_return(at(back_since)), Succeeds());
    return record;
  };
  Record refused_return = delivered(1, 10);
  refused_return.turn.problem = "carrier.refused";
  Record refused_just_now = delivered(2, 11);
  refused_just_now.turn.problem = "carrier.refused";
  const Record lost = delivered(3, 5);
  const Record on_its_way = delivered(4, 6);
  Record sent_although_cancelled = ordered(5, at(5));
  ASSERT_THAT(sent_although_cancelled.consignment.cancel(at(9)), Succeeds());
  sent_although_cancelled.turn.problem = "shipping.sent_although_cancelled";
  // Long as it is now, and in trouble only since then.
  Record old_with_a_new_problem = ordered(7, at(7));
  old_with_a_new_problem.consignment.about_to_book("test", kNow);
  ASSERT_THAT(old_with_a_new_problem.consignment.booked("N", kNow), Succeeds());
  old_with_a_new_problem.turn.note_problem("carrier.refused", at(11));
  // Listed twice over, and once in the list.
  Record unbooked_with_a_problem = ordered(8, at(8));
  unbooked_with_a_problem.turn.note_problem("carrier.refused", at(9));
  write(store(), [&](ShippingWriting& rows) {
    for (const Record& each :
         {refused_return, refused_just_now, lost, on_its_way, sent_although_cancelled,
          old_with_a_new_problem, unbooked_with_a_problem}) {
      rows.add(each);
    }
    rows.add({Consignment::never(ShippingWorld::order(6), kNow), {}});
  });

  std::vector<OrderId> orders;
  for (const auto& each : store().read(any_context(), [&](ShippingReading& rows) {
         return rows.overdue({at(10), at(5)}, {}, 9);
       })) {
    orders.push_back(each.order);
  }
  EXPECT_EQ(orders, (std::vector{ShippingWorld::order(1), ShippingWorld::order(3),
                                 ShippingWorld::order(5), ShippingWorld::order(8)}));
}

TEST_P(ShippingStoreContract, ListsNotWhatSomebodyHasSeenTo) {
  const auto at = [](std::int64_t micros) { return Timestamp{kNow.micros + micros}; };
  const auto seen = [&](std::uint64_t number, std::optional<std::string> problem,
                        std::optional<std::string> becomes) {
    Record record = ordered(number, at(static_cast<std::int64_t>(number)));
    record.turn.note_problem(std::move(problem), at(1));
    record.turn.see_to("ada", "done", kNow, at(2));
    record.turn.note_problem(std::move(becomes), at(3));
    return record;
  };
  Record of_a_state_before = seen(7, std::nullopt, std::nullopt);
  of_a_state_before.turn.seen_to->at = {kNow.micros - 1};
  write(store(), [&](ShippingWriting& rows) {
    for (const Record& each :
         {seen(1, "carrier.refused: no", "carrier.refused: no, we said"),
          seen(2, "carrier.refused: no", "carrier.refused_again: no"),
          seen(3, "carrier.refused: no", "carrierXrefused: no"),
          seen(4, std::nullopt, std::nullopt), seen(5, std::nullopt, "carrier.refused: no"),
          seen(6, "carrier.refused: no", std::nullopt), of_a_state_before,
          seen(8, "in words only", "in words only")}) {
      rows.add(each);
    }
  });

  std::vector<OrderId> orders;
  for (const auto& each : store().read(any_context(), [&](ShippingReading& rows) {
         return rows.overdue({at(10), at(5)}, {}, 20);
       })) {
    orders.push_back(each.order);
  }
  EXPECT_EQ(orders,
            (std::vector{ShippingWorld::order(2), ShippingWorld::order(3), ShippingWorld::order(5),
                         ShippingWorld::order(6), ShippingWorld::order(7)}));
}

ShippingStoreAdapter on_sql(Keeping keeping) {
  return {name_of(keeping), [keeping] {
            auto base = std::make_shared<ShippingDatabase>(keeping, system_clock());
            auto store = ::shipping::make_sql_shipping_store(base->module());
            return ShippingStoreInPlace{std::move(base), std::move(store)};
          }};
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, ShippingStoreContract,
    testing::Values(ShippingStoreAdapter{"memory",
                                         [] {
                                           return ShippingStoreInPlace{
                                               nullptr, ::shipping::make_memory_shipping_store(
                                                            system_clock())};
                                         }},
                    on_sql(Keeping::Sqlite), on_sql(Keeping::Postgres)),
    print_name);

}  // namespace
}  // namespace banyan::contract
