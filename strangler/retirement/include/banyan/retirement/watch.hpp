// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"

namespace banyan::retirement {

/// How often a process writes down what it has seen used.
constexpr std::chrono::minutes kNoteInterval{1};

/// A time in which a process looked: all uses that it has seen in it are in the book.
struct Stretch {
  Timestamp since;
  Timestamp until;
  /// The process ran on until here, or may have, and nobody knows what it has seen then. Not after
  /// `until`: it has ended in order.
  Timestamp ran_until{};
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// From when to when nobody looked, or not all that ran.
struct Gap {
  Timestamp since;
  Timestamp until;
};

/// How much of a time was watched. What was not was not unused.
struct Watch {
  std::chrono::seconds watched{};
  Gap longest_gap;  ///< since == until: there is none
};

/// Of the time between the two, by stretches in any order: watched is when somebody looked and
/// nobody ran whose uses are not known. One process does not know what another one has seen.
Watch watched_between(const std::vector<Stretch>& stretches, Timestamp from, Timestamp to);

/// "6 d 3 h", "3 h 10 min", "2 min 5 s", "45 s".
std::string span_text(std::chrono::seconds time);

}  // namespace banyan::retirement
