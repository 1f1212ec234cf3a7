// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "banyan/kernel/money.hpp"

namespace orders {

/// A rate of tax in hundredths of a per cent: 1900 is 19 %.
struct TaxRate {
  std::int64_t hundredths = 0;
  friend bool operator==(const TaxRate&, const TaxRate&) = default;
};

/// What is added to a price for a customer in that country (ISO 3166-1 alpha-2): the standard rate
/// of value added tax in the European Union (Council Directive 2006/112/EC, rates of 2026), and
/// nothing elsewhere, where the buyer pays what import costs.
TaxRate tax_rate_of(std::string_view country);

/// Rounded to a minor unit, halves up: once, on the sum of an order. Lines that are rounded one by
/// one add up to something else: 19 % of three times 0.50 is 0.29 (0.285), and not 3 × 0.10.
banyan::Money tax_on(const banyan::Money& net, TaxRate rate);

}  // namespace orders
