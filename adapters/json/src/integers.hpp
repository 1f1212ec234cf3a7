// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "banyan/json/shape.hpp"

namespace banyan::json {

/// Calls `visit` with a zero of the C++ type behind an integer's or an enumeration's shape.
template <class Visit>
auto with_integer_type(const Shape& shape, Visit&& visit) {
  switch (shape.bytes) {
    case 1: return shape.is_signed ? visit(std::int8_t{}) : visit(std::uint8_t{});
    case 2: return shape.is_signed ? visit(std::int16_t{}) : visit(std::uint16_t{});
    case 4: return shape.is_signed ? visit(std::int32_t{}) : visit(std::uint32_t{});
    default: return shape.is_signed ? visit(std::int64_t{}) : visit(std::uint64_t{});
  }
}

/// False when the number does not fit.
bool store_integer(const Shape& shape, void* value, std::int64_t number);
bool store_integer(const Shape& shape, void* value, std::uint64_t number);

std::string smallest(const Shape& shape);
std::string largest(const Shape& shape);

}  // namespace banyan::json
