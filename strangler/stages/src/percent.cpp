// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/percent.hpp"

#include <algorithm>

namespace banyan::strangler {
namespace {

constexpr std::string_view kExpected =
    "a percentage from 0 to 100 with at most two decimals, such as 25%, 0.5% or 100";

std::unexpected<Error> not_a_percentage(std::string_view text) {
  return fail(ErrorCode::InvalidArgument, "banyan.bad_percentage",
              '"' + std::string(text) + "\" is not " + std::string(kExpected));
}

}  // namespace

Result<Percent> Percent::of_hundredths(std::int64_t hundredths) {
  if (hundredths < 0 || hundredths > kWhole) {
    return fail(
        ErrorCode::InvalidArgument, "banyan.bad_percentage",
        std::to_string(hundredths) + " hundredths of a per cent are not between 0 and 10000");
  }
  return Percent(static_cast<std::uint32_t>(hundredths));
}

Result<Percent> Percent::parse(std::string_view text) {
  std::string_view rest = text;
  if (rest.ends_with('%')) rest.remove_suffix(1);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  const std::size_t point = std::min(rest.find('.'), rest.size());
  const std::string_view whole = rest.substr(0, point);
  const std::string_view decimals = point < rest.size() ? rest.substr(point + 1) : "0";
  const auto all_digits = [](std::string_view digits) {
    return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.empty() || whole.size() > 3 || decimals.empty() || decimals.size() > 2 ||
      !all_digits(whole) || !all_digits(decimals)) {
    return not_a_percentage(text);
  }
  std::uint32_t hundredths = 0;
  for (const char c : whole) hundredths = hundredths * 10 + static_cast<std::uint32_t>(c - '0');
  hundredths = hundredths * 10 + static_cast<std::uint32_t>(decimals[0] - '0');
  hundredths =
      hundredths * 10 + (decimals.size() > 1 ? static_cast<std::uint32_t>(decimals[1] - '0') : 0);
  if (hundredths > kWhole) return not_a_percentage(text);
  return Percent(hundredths);
}

std::string to_string(Percent percent) {
  std::string text = std::to_string(percent.hundredths() / 100);
  if (const std::uint32_t rest = percent.hundredths() % 100; rest != 0) {
    text += '.';
    text += static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  }
  return text + '%';
}

}  // namespace banyan::strangler
