// SPDX-License-Identifier: Apache-2.0
#include "distance_text.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string_view>

#include "masking.hpp"
#include "values.hpp"

namespace banyan::strangler {
namespace {

struct Unit {
  double seconds;
  std::string_view one;
  std::string_view many;
};
constexpr std::array<Unit, 6> kUnits{{{31'557'600, "year", "years"},
                                      {86'400, "day", "days"},
                                      {3'600, "h", "h"},
                                      {60, "min", "min"},
                                      {1, "s", "s"},
                                      {0.001, "ms", "ms"}}};

/// To so many digits that count.
double rounded(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10.0, digits - 1 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

/// Without a fraction that says nothing, and without an exponent while it can be read.
std::string figure(double value) {
  constexpr double kLongest = 1e15;
  std::array<char, 64> text{};
  if (value >= 1 && value < kLongest && value == std::floor(value)) {
    (void)std::snprintf(text.data(), text.size(), "%.0f", value);
  } else {
    (void)std::snprintf(text.data(), text.size(), "%.2g", value);
  }
  return text.data();
}

std::string span_text(double seconds) {
  constexpr int kDigits = 2;
  const Unit* unit = &kUnits.back();
  for (const Unit& each : kUnits) {
    if (seconds < each.seconds) continue;
    unit = &each;
    break;
  }
  const double value = rounded(seconds / unit->seconds, kDigits);
  return figure(value) + ' ' + std::string(value == 1 ? unit->one : unit->many);
}

/// What a JSON string says; nothing of any other value, and of one that was cut.
std::optional<std::string> text_in(std::string_view raw) {
  if (raw.size() < 2 || !raw.starts_with('"') || !raw.ends_with('"')) return std::nullopt;
  return unescaped_text(raw.substr(1, raw.size() - 2));
}

std::string between_texts(const std::string& old_text, const std::string& new_text) {
  const auto old_time = time_of(old_text);
  const auto new_time = time_of(new_text);
  if (!old_time || !new_time) {
    return form_of(old_text) == form_of(new_text) ? "other characters of the same form" : "";
  }
  const double seconds = (static_cast<double>(*new_time) - static_cast<double>(*old_time)) / 1e6;
  if (seconds == 0) return "the same time in other words";
  return span_text(std::abs(seconds)) + (seconds > 0 ? " later" : " earlier");
}

bool is_number(std::string_view raw) {
  return !raw.empty() && (raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9'));
}

/// Of numbers that are shown anybody sees it.
std::string between_numbers(std::string_view old_raw, std::string_view new_raw) {
  if (mask_value(old_raw) == old_raw && mask_value(new_raw) == new_raw) return {};
  const double more = number_of(new_raw) - number_of(old_raw);
  if (more == 0 || !std::isfinite(more)) return {};
  const double about = rounded(std::abs(more), 1);
  return "about " + figure(about) + (more > 0 ? " more" : " less");
}

}  // namespace

std::string distance_text(const Difference& difference) {
  const bool of_values = difference.kind == DifferenceKind::Value ||
                         difference.kind == DifferenceKind::Expired ||
                         difference.kind == DifferenceKind::Alias;
  if (!of_values) return {};
  const std::string& old_raw = difference.old_value;
  const std::string& new_raw = difference.new_value;
  const auto old_text = text_in(old_raw);
  const auto new_text = text_in(new_raw);
  if (old_text && new_text) return between_texts(*old_text, *new_text);
  if (is_number(old_raw) && is_number(new_raw)) return between_numbers(old_raw, new_raw);
  return {};
}

}  // namespace banyan::strangler
