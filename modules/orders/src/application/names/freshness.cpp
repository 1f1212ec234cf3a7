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
  const auto [found, first] = heard_.try_emplace(source, Heard{until, until});
  Heard& heard = found->second;
  heard.until = until;
  // Either way: somebody may have put the clock back.
  const auto since = std::chrono::microseconds(std::abs(until.micros - heard.written.micros));
  if (!first && since < kWrittenEvery) return false;
  heard.written = until;
  return true;
}

std::map<std::string, Timestamp> NamesFreshness::known() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Timestamp> known;
  for (const auto& [source, heard] : heard_) known.emplace(source, heard.until);
  return known;
}

std::optional<Timestamp> names_complete_until(NameRows& names,
                                              const std::map<std::string, Timestamp>& known) {
  if (names.generations().served == 0) return std::nullopt;
  std::optional<Timestamp> least;
  for (const std::string_view source : kNameSources) {
    const std::string name(source);
    const auto here = known.find(name);
    const std::optional<Timestamp> until =
        here != known.end() ? here->second : names.complete_until(name);
    if (!until) return std::nullopt;
    least = least ? std::min(*least, *until) : *until;
  }
  return least;
}

}  // namespace orders
