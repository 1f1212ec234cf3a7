// SPDX-License-Identifier: Apache-2.0
// What the tests of an OrderStore put into it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "application/order_store.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {

inline constexpr Timestamp kNow{1'750'000'000'000'000};
inline const LeaseTime kLeaseNow{"a clock", 5'000'000};

/// A saga of two steps about something.
inline SagaInstance a_saga(std::uint64_t number, const std::string& subject) {
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
  ::orders::Order order;
  SagaInstance saga;
};

/// Placed then, by the customer of that number.
inline OrderWithSaga a_case(std::uint64_t number, Timestamp at = kNow) {
  SeededRandom random(number);
  const auto& shop = sample_shop();
  ::orders::Order order =
      ::orders::Order::place(::orders::OrderId::make(at, random), some_customer(number),
                             {{shop.track(kFive), "Crossing the Meadow", 2, {129, "EUR"}},
                              {shop.track(kPlenty), "River Song", 1, {99, "EUR"}}},
                             {{1900}, "card", "DE"}, at)
          .value();
  SagaInstance saga = a_saga(number, order.data().id.str());
  return {std::move(order), std::move(saga)};
}

/// Both, and the first line of the order's history.
inline Result<void> add(::orders::OrdersWriting& rows, const OrderWithSaga& each) {
  rows.add(each.order);
  EXPECT_TRUE(rows.sagas().add(each.saga));
  rows.journal(each.order.data().id, ::orders::OrderState::Placed, each.order.data().placed_at);
  return {};
}

}  // namespace banyan::contract
