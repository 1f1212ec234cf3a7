// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan {

/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
/// On the wire RFC 3339 in UTC ("2026-11-22T08:30:00.000000Z"), in a database the number.
struct Timestamp {
  std::int64_t micros = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

std::string to_string(Timestamp time);

/// Reads RFC 3339 with "Z" and up to six fractional digits; nothing else.
std::optional<Timestamp> timestamp_from(std::string_view text);

/// Deadlines live on the monotonic clock, so that nobody who sets the wall clock breaks them.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Where time comes from. Safe for concurrent use.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  virtual SteadyTime steady() const = 0;
  /// Which run of the steady clock this is: it begins anew when the machine starts, and steady
  /// times of two runs cannot be compared. "" where there is only one.
  virtual std::string_view run() const { return {}; }
};

/// The machine's clocks.
const Clock& system_clock();

/// A clock that stands still until it is told to move: for tests and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = {1'700'000'000'000'000}, SteadyTime steady = {})
      : now_(start), steady_(steady) {}
  Timestamp now() const override { return now_; }
  SteadyTime steady() const override { return steady_; }
  std::string_view run() const override { return run_; }
  void advance(std::chrono::microseconds by) {
    now_.micros += by.count();
    steady_ += by;
  }
  /// Somebody sets the time of day; the steady clock knows nothing of it.
  void set(Timestamp now) { now_ = now; }
  /// The machine is started anew.
  void restart() { run_ += '+'; }

 private:
  Timestamp now_;
  SteadyTime steady_;
  std::string run_ = "run";
};

}  // namespace banyan
