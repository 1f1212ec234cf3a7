// SPDX-License-Identifier: Apache-2.0
#include "application/names/freshness.hpp"

#include <algorithm>
#include <cstdlib>

namespace orders {
namespace {

using banyan::Timestamp;

constexpr std::chrono::microseconds kWrittenEvery = std::chrono::seconds(15);

}  // namespace

bool NamesFreshness::heard(const std::string& source, Timestamp until) {
  const std::lock_guard lock(mutex_);
  Heard& heard = heard_[source];
  heard.until = until;
  if (!heard.written) return true;
  // Either way: somebody may have put the clock back.
  const auto since = std::chrono::microseconds(std::abs(until.micros - heard.written->micros));
  return since >= kWrittenEvery;
}

void NamesFreshness::wrote(const std::string& source, Timestamp until) {
  const std::lock_guard lock(mutex_);
  heard_[source].written = until;
}

std::map<std::string, Timestamp> NamesFreshness::known() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Timestamp> known;
  for (const auto& [source, heard] : heard_) known.emplace(source, heard.until);
  return known;
}

std::optional<Timestamp> source_complete_until(NameRows& names, const std::string& source,
                                               const std::map<std::string, Timestamp>& known) {
  const std::optional<Timestamp> written = names.complete_until(source);
  const auto here = known.find(source);
  if (here == known.end()) return written;
  return written ? std::max(*written, here->second) : here->second;
}

std::optional<Timestamp> names_complete_until(NameRows& names,
                                              const std::map<std::string, Timestamp>& known) {
  if (names.generations().served == 0) return std::nullopt;
  std::optional<Timestamp> least;
  for (const std::string_view source : kNameSources) {
    const std::optional<Timestamp> until = source_complete_until(names, std::string(source), known);
    if (!until) return std::nullopt;
    least = least ? std::min(*least, *until) : *until;
  }
  return least;
}

}  // namespace orders
