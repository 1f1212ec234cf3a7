// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "domain/saga.hpp"
#include "sql/value.hpp"

namespace orders {

/// The words that stand for an enumeration in the tables, in its order. They never change.
template <class E>
inline constexpr std::array<std::string_view, 0> kWords{};
template <>
inline constexpr std::array<std::string_view, 4> kWords<OrderState> = {"placed", "reserved",
                                                                       "confirmed", "cancelled"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<CancelReason> = {"out_of_stock",
                                                                         "by_customer"};
template <>
inline constexpr std::array<std::string_view, 3> kWords<Action> = {
    "reserve_stock", "confirm_reservation", "release_reservation"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<Saga::Goal> = {"confirm", "cancel"};
template <>
inline constexpr std::array<std::string_view, 3> kWords<Saga::Status> = {"active", "done", "stuck"};
template <>
inline constexpr std::array<std::string_view, 4> kWords<Saga::StepState> = {"pending", "done",
                                                                            "refused", "undone"};

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
