// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "banyan/kernel/result.hpp"

namespace banyan {

/// An amount in the smallest unit of its currency: 9.99 EUR is {999, "EUR"}. No floating point
/// ever touches money.
struct Money {
  std::int64_t minor_units = 0;
  std::string currency = "EUR";  ///< ISO 4217, three capital letters
  friend bool operator==(const Money&, const Money&) = default;
};
BOOST_DESCRIBE_STRUCT(Money, (), (minor_units, currency))

/// InvalidArgument "banyan.currency_mismatch" for different currencies, "banyan.money_overflow"
/// when the sum leaves 64 bits.
Result<Money> add(const Money& left, const Money& right);

/// "banyan.money_overflow" when the product leaves 64 bits.
Result<Money> times(const Money& price, std::int64_t quantity);

/// "9.99 EUR": for people, with two decimals.
std::string to_string(const Money& money);

}  // namespace banyan
