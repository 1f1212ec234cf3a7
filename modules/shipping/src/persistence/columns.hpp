// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "banyan/sql/value.hpp"
#include "shipping/port.hpp"

namespace shipping {

/// The words that stand for an enumeration in the tables, in its order. They never change.
template <class E>
inline constexpr std::array<std::string_view, 0> kWords{};
template <>
inline constexpr std::array<std::string_view, 7> kWords<ConsignmentState> = {
    "ordered", "booked", "in_transit", "delivered", "returning", "returned", "cancelled"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<Leg> = {"outbound", "return"};
template <>
inline constexpr std::array<std::string_view, 5> kWords<Sighting> = {
    "announced", "collected", "on_its_way", "delayed", "delivered"};

}  // namespace shipping

namespace banyan::sql {

template <class E>
  requires(!shipping::kWords<E>.empty())
struct Column<E> {
  static constexpr Kind kind = Kind::Text;
  static Value write(E value) {
    return std::string(shipping::kWords<E>.at(static_cast<std::size_t>(value)));
  }
  static E read(const Value& value) {
    const std::string word = Column<std::string>::read(value);
    for (std::size_t i = 0; i < shipping::kWords<E>.size(); ++i) {
      if (shipping::kWords<E>.at(i) == word) return static_cast<E>(i);
    }
    wrong_kind(value, "one of the words for this enumeration");
  }
};

}  // namespace banyan::sql
