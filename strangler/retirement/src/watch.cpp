// SPDX-License-Identifier: Apache-2.0
#include "banyan/retirement/watch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace banyan::retirement {

namespace {

/// Somebody begins to look or ends it; somebody of whom nothing is known begins to run or ends it.
struct Change {
  std::int64_t at;
  int looking;
  int unknown;
};

std::vector<Change> changes_of(const std::vector<Stretch>& stretches, Timestamp from,
                               Timestamp to) {
  std::vector<Change> all;
  const auto add = [&](Timestamp since, Timestamp until, int looking, int unknown) {
    const std::int64_t begin = std::max(since, from).micros;
    const std::int64_t end = std::min(until, to).micros;
    if (begin >= end) return;
    all.push_back({begin, looking, unknown});
    all.push_back({end, -looking, -unknown});
  };
  for (const Stretch& each : stretches) {
    add(each.since, each.until, 1, 0);
    add(each.until, each.ran_until, 0, 1);
  }
  std::ranges::sort(all, {}, &Change::at);
  return all;
}

}  // namespace

Watch watched_between(const std::vector<Stretch>& stretches, Timestamp from, Timestamp to) {
  std::int64_t watched = 0;
  int looking = 0;
  int unknown = 0;
  Gap longest{from, from};
  Gap gap{from, from};
  const auto length = [](const Gap& of) { return of.until.micros - of.since.micros; };
  Timestamp seen = from;  // up to here all is added up
  const auto go_on = [&](Timestamp next) {
    if (next <= seen) return;
    if (looking > 0 && unknown == 0) {
      watched += next.micros - seen.micros;
      gap = {next, next};
    } else {
      gap.until = next;
      if (length(gap) > length(longest)) longest = gap;
    }
    seen = next;
  };
  for (const Change& each : changes_of(stretches, from, to)) {
    go_on({each.at});
    looking += each.looking;
    unknown += each.unknown;
  }
  go_on(to);
  return {std::chrono::seconds(watched / 1'000'000), longest};
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
