// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/kernel/result.hpp"

namespace banyan::strangler {

/// A share of the units of a rollout, 0 % … 100 % in steps of 0.01 %.
class Percent {
 public:
  constexpr Percent() = default;

  static constexpr Percent none() { return {}; }
  static constexpr Percent all() { return Percent(kWhole); }

  /// InvalidArgument "banyan.bad_percentage" above 10,000 (= 100 %).
  static Result<Percent> of_hundredths(std::int64_t hundredths);

  /// Reads "25", "25%", "25 %", "0.01%"; at most two decimals, no sign, no exponent.
  /// InvalidArgument "banyan.bad_percentage" says what was expected.
  static Result<Percent> parse(std::string_view text);

  /// In hundredths of a per cent, 0 … 10,000: what `sticky_bucket` is compared with.
  constexpr std::uint32_t hundredths() const { return hundredths_; }

  friend constexpr auto operator<=>(const Percent&, const Percent&) = default;

 private:
  static constexpr std::uint32_t kWhole = 10'000;
  explicit constexpr Percent(std::uint32_t hundredths) : hundredths_(hundredths) {}
  std::uint32_t hundredths_ = 0;
};

/// "25%", "0.5%", "12.34%": reads back as the same percentage.
std::string to_string(Percent percent);

}  // namespace banyan::strangler
