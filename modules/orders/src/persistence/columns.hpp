// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/sql/value.hpp"
#include "domain/order.hpp"

namespace orders {

/// The words that stand for an enumeration in the tables, in its order. They never change.
template <class E>
inline constexpr std::array<std::string_view, 0> kWords{};
template <>
inline constexpr std::array<std::string_view, 7> kWords<OrderState> = {
    "placed", "reserved", "paid", "shipped", "delivered", "cancelled", "returned"};
template <>
inline constexpr std::array<std::string_view, 4> kWords<CancelReason> = {
    "out_of_stock", "by_customer", "payment_declined", "refused"};

/// What the version before reads of a state: it knows four.
inline std::string_view coarse(OrderState state) {
  switch (state) {
    case OrderState::Placed: return "placed";
    case OrderState::Reserved: return "reserved";
    case OrderState::Paid:
    case OrderState::Shipped:
    case OrderState::Delivered:
    case OrderState::Returned: return "confirmed";
    case OrderState::Cancelled: return "cancelled";
  }
  return "";
}

/// What it reads of a reason: it knows two.
inline std::optional<std::string_view> coarse(const std::optional<CancelReason>& reason) {
  if (!reason) return std::nullopt;
  return *reason == CancelReason::OutOfStock ? "out_of_stock" : "by_customer";
}

/// A state from both columns. That version writes `state` alone, and what it confirmed was sold
/// over the counter.
inline OrderState state_from(std::string_view state, std::string_view stage) {
  for (std::size_t i = 0; i < kWords<OrderState>.size(); ++i) {
    const auto known = static_cast<OrderState>(i);
    if (kWords<OrderState>.at(i) == stage && coarse(known) == state) return known;
  }
  if (state == "reserved") return OrderState::Reserved;
  if (state == "confirmed") return OrderState::Delivered;
  return state == "cancelled" ? OrderState::Cancelled : OrderState::Placed;
}

}  // namespace orders

namespace banyan::sql {

template <class E>
  requires(!orders::kWords<E>.empty())
struct Column<E> {
  static constexpr Kind kind = Kind::Text;
  static Value write(E value) {
    return std::string(orders::kWords<E>.at(static_cast<std::size_t>(value)));
  }
  static E read(const Value& value) {
    const std::string word = Column<std::string>::read(value);
    for (std::size_t i = 0; i < orders::kWords<E>.size(); ++i) {
      if (orders::kWords<E>.at(i) == word) return static_cast<E>(i);
    }
    wrong_kind(value, "one of the words for this enumeration");
  }
};

}  // namespace banyan::sql
