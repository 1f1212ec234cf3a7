// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"

namespace banyan {

/// A time that is kept in a table: until when a lease holds, or how long to wait before the next
/// attempt. It is on a clock that nobody sets, never the time of day: put back by a day, that would
/// make a day of every lease. See docs/adr/0019.
struct LeaseTime {
  std::string clock;  ///< which clock; "" is none, and then the time is over
  std::int64_t micros = 0;

  LeaseTime after(std::chrono::microseconds by) const { return {clock, micros + by.count()}; }

  /// Is it over? So it is also on another clock than now's (the machine was started anew, or an
  /// older version wrote the row), and when it is further away than anybody waits (a server's clock
  /// was put back).
  bool is_over(const LeaseTime& now, std::chrono::microseconds longest) const {
    return clock != now.clock || micros <= now.micros || micros > now.after(longest).micros;
  }
  /// For how long it has been over; nothing where nobody knows, on another clock or on none, or
  /// where it is not.
  std::optional<std::chrono::microseconds> over_for(const LeaseTime& now) const {
    if (clock.empty() || clock != now.clock || micros > now.micros) return std::nullopt;
    return std::chrono::microseconds(now.micros - micros);
  }
  friend bool operator==(const LeaseTime&, const LeaseTime&) = default;
};

/// Now, on this machine's steady clock: for whoever shares the machine.
LeaseTime lease_now(const Clock& clock);

}  // namespace banyan
