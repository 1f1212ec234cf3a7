// SPDX-License-Identifier: Apache-2.0
#include "tolerance_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "masking.hpp"
#include "values.hpp"

namespace banyan::strangler {
namespace {

/// Without the last bits of a double, and without an exponent while it can be read.
std::string amount_text(double amount) {
  constexpr double kWhole = 1e6;
  constexpr double kReadable = 1e15;
  std::array<char, 40> text{};
  const bool long_one = amount >= kWhole && amount < kReadable;
  (void)std::snprintf(text.data(), text.size(), long_one ? "%.0f" : "%.6g", amount);
  return text.data();
}

double to_one_digit(double amount) {
  if (!(amount > 0) || !std::isfinite(amount)) return amount;
  const double scale = std::pow(10.0, std::floor(std::log10(amount)));
  return std::round(amount / scale) * scale;
}

bool is_shown(const FieldRule& rule, std::string_view raw) {
  return rule.open || mask_value(raw) == raw;
}

}  // namespace

bool is_within(const FieldRule& rule, std::string_view old_raw, std::string_view new_raw) {
  const double old_number = std::abs(number_of(old_raw));
  const double allowed = rule.within_share ? rule.within * old_number : rule.within;
  // 0.3 - 0.2 is not 0.1 to a double: what is within the last bits is within.
  const double slack = 4e-16 * std::max(old_number, allowed);
  return distance(old_raw, new_raw) <= allowed + slack;
}

std::string tolerance_text(const FieldRule& rule, std::string_view old_raw,
                           std::string_view new_raw) {
  const double old_number = std::abs(number_of(old_raw));
  const double unit = rule.within_share ? old_number / 100 : 1;
  const std::string sign = rule.within_share ? " %" : "";
  const double limit = rule.within_share ? rule.within * 100 : rule.within;
  const std::string allowed = amount_text(limit) + sign;
  if (unit == 0) return "the old side has 0, and " + allowed + " of that are 0";
  const double far = distance(old_raw, new_raw) / unit;
  if (!std::isfinite(far)) return "too far apart to be counted, " + allowed + " allowed";
  const bool shown = is_shown(rule, old_raw) && is_shown(rule, new_raw);
  const double told = shown ? far : to_one_digit(far);
  std::string said = amount_text(told) + sign;
  if (said == allowed || told <= limit) {
    said = "a little more than " + allowed;
  } else if (!shown) {
    said.insert(0, "about ");
  }
  return said + " apart, " + allowed + " allowed";
}

}  // namespace banyan::strangler
