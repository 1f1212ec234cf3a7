// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/path_doubts.hpp"

#include <cstddef>

namespace banyan::http {

// What one entry is in the way of is fine when that one is left out.
std::vector<std::string> doubts_of(const std::vector<PathEntry>& entries) {
  std::vector<std::string> doubts(entries.size());
  while (true) {
    std::vector<PathEntry> asked;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!doubts[i].empty()) continue;
      asked.push_back(entries[i]);
      places.push_back(i);
    }
    const auto table = PathTable::build(std::move(asked));
    if (table) return doubts;
    for (const PathProblem& each : table.error()) doubts[places[each.entry]] = each.message;
  }
}

}  // namespace banyan::http
