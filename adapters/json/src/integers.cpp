// SPDX-License-Identifier: Apache-2.0
#include "integers.hpp"

#include <cstring>
#include <limits>

namespace banyan::json {
namespace {

template <class Number>
bool store(const Shape& shape, void* value, Number number) {
  return with_integer_type(shape, [&](auto zero) {
    using Integer = decltype(zero);
    if (!std::in_range<Integer>(number)) return false;
    const auto narrow = static_cast<Integer>(number);
    std::memcpy(value, &narrow, sizeof narrow);
    return true;
  });
}

}  // namespace

bool store_integer(const Shape& shape, void* value, std::int64_t number) {
  return store(shape, value, number);
}

bool store_integer(const Shape& shape, void* value, std::uint64_t number) {
  return store(shape, value, number);
}

std::string smallest(const Shape& shape) {
  return with_integer_type(
      shape, [](auto zero) { return std::to_string(std::numeric_limits<decltype(zero)>::min()); });
}

std::string largest(const Shape& shape) {
  return with_integer_type(
      shape, [](auto zero) { return std::to_string(std::numeric_limits<decltype(zero)>::max()); });
}

}  // namespace banyan::json
