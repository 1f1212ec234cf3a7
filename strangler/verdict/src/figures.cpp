// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace banyan::strangler {

std::string figure(double value) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

std::string share_text(const statistics::Tally& tally) {
  return std::to_string(tally.hits) + " of " + std::to_string(tally.of) + " (" +
         figure(100 * tally.share()) + "%)";
}

std::string recent_text(const statistics::Tally& tally) {
  return std::to_string(tally.hits) + " of the last " + std::to_string(tally.of) + " (" +
         figure(100 * tally.share()) + "%)";
}

std::string evidence_text(double share) {
  constexpr double kManyTimes = 3;
  constexpr const char* kNeeded = " the evidence that is needed";
  if (share >= kManyTimes) return std::to_string(std::llround(share)) + " times" + kNeeded;
  if (share <= 0) return "no evidence yet that it is no worse";
  if (share < 0.01) return std::string("less than 1 % of") + kNeeded;
  // What is not enough is never said to be all of it.
  const long long percent =
      share < 1 ? std::min(99LL, std::llround(100 * share)) : std::llround(100 * share);
  return std::to_string(percent) + " % of" + kNeeded;
}

std::string about_text(std::uint64_t number) {
  std::uint64_t step = 1;
  while (number / step >= 100) step *= 10;
  return std::to_string((number + step - 1) / step * step);
}

std::string time_text(std::chrono::seconds time) {
  const auto seconds = static_cast<std::uint64_t>(time.count());
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 120 * 60) return std::to_string((seconds + 59) / 60) + " min";
  if (seconds < 48 * 3'600) return std::to_string((seconds + 3'599) / 3'600) + " h";
  return std::to_string((seconds + 86'399) / 86'400) + " days";
}

}  // namespace banyan::strangler
