// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/money.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>

namespace banyan {
namespace {

std::unexpected<Error> overflow(const Money& money) {
  return fail(ErrorCode::InvalidArgument, "banyan.money_overflow",
              "the amount leaves the range of 64 bits, starting from " + to_string(money));
}

}  // namespace

Result<Money> add(const Money& left, const Money& right) {
  if (left.currency != right.currency) {
    return fail(
        ErrorCode::InvalidArgument, "banyan.currency_mismatch",
        "cannot add " + right.currency + " to " + left.currency + "; convert one of them first");
  }
  Money sum{0, left.currency};
  if (__builtin_add_overflow(left.minor_units, right.minor_units, &sum.minor_units)) {
    return overflow(left);
  }
  return sum;
}

Result<Money> times(const Money& price, std::int64_t quantity) {
  Money product{0, price.currency};
  if (__builtin_mul_overflow(price.minor_units, quantity, &product.minor_units)) {
    return overflow(price);
  }
  return product;
}

std::string to_string(const Money& money) {
  // Through unsigned, so that the smallest 64-bit number has a magnitude.
  const bool negative = money.minor_units < 0;
  const auto bits = static_cast<std::uint64_t>(money.minor_units);
  const std::uint64_t magnitude = negative ? 0 - bits : bits;
  std::array<char, 32> digits{};
  const int length = std::snprintf(digits.data(), digits.size(), "%s%" PRIu64 ".%02" PRIu64,
                                   negative ? "-" : "", magnitude / 100, magnitude % 100);
  return std::string(digits.data(), static_cast<std::size_t>(length)) + ' ' + money.currency;
}

}  // namespace banyan
