// SPDX-License-Identifier: Apache-2.0
// Names of customers and tracks in the store of orders.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/matchers.hpp"
#include "contract/orders/order_store_cases.hpp"
#include "contract/orders/order_store_contract.hpp"
#include "contract/port_under_test.hpp"

namespace banyan::contract {
namespace {

using ::orders::OrdersReading;
using ::orders::OrdersWriting;

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

}  // namespace
}  // namespace banyan::contract
