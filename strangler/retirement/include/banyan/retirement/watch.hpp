// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"

namespace banyan::retirement {

/// A time in which a process looked: all uses in it are in the book.
struct Stretch {
  Timestamp since;
  Timestamp until;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// How much of a time somebody looked. What nobody has looked at was not unused.
struct Watch {
  std::chrono::seconds watched{};
  Stretch longest_gap;  ///< since == until: there is none
};

/// Of the time between the two, by stretches in any order, which may overlap: several processes
/// look at the same time.
Watch watched_between(std::vector<Stretch> stretches, Timestamp from, Timestamp to);

/// "6 d 3 h", "3 h 10 min", "2 min 5 s", "45 s".
std::string span_text(std::chrono::seconds time);

}  // namespace banyan::retirement
