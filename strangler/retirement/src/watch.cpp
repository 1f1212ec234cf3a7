// SPDX-License-Identifier: Apache-2.0
#include "banyan/retirement/watch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace banyan::retirement {

Watch watched_between(std::vector<Stretch> stretches, Timestamp from, Timestamp to) {
  std::ranges::sort(stretches, {}, [](const Stretch& each) { return each.since.micros; });
  std::int64_t unwatched = 0;
  Stretch longest{from, from};
  Timestamp seen = from;  // up to here all is known
  const auto gap_until = [&](Timestamp next) {
    const Stretch gap{seen, std::min(next, to)};
    const std::int64_t micros = gap.until.micros - gap.since.micros;
    if (micros <= 0) return;
    unwatched += micros;
    if (micros > longest.until.micros - longest.since.micros) longest = gap;
  };
  for (const Stretch& each : stretches) {
    gap_until(each.since);
    seen = std::max(seen, each.until);
  }
  gap_until(to);
  const std::int64_t all = std::max<std::int64_t>(0, to.micros - from.micros);
  return {std::chrono::seconds((all - unwatched) / 1'000'000), longest};
}

std::string span_text(std::chrono::seconds time) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 4> kUnits = {
      {{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}}};
  std::int64_t left = time.count();
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const auto& [size, unit] = kUnits[i];
    if (left < size && i + 1 < kUnits.size()) continue;
    std::string text = std::to_string(left / size) + unit;
    left %= size;
    if (i + 1 == kUnits.size()) return text;
    const auto& [next_size, next_unit] = kUnits[i + 1];
    return left < next_size ? text : text + ' ' + std::to_string(left / next_size) + next_unit;
  }
  return {};
}

}  // namespace banyan::retirement
