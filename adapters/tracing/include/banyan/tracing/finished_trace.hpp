// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/tracing.hpp"

namespace banyan::tracing {

/// Why a trace is kept for the page.
enum class Kept : std::uint8_t {
  Failed,     ///< its first span here ended with an error
  Slow,       ///< it took longer than the threshold
  Recovered,  ///< something inside of it failed, and it did not
};
inline constexpr std::size_t kKeptReasons = 3;
std::string_view to_string(Kept reason);

/// A trace, as far as it was recorded in this process. Never changed again.
struct FinishedTrace {
  std::string trace_id;
  std::string state;
  bool sampled = false;
  /// One moment on both clocks: spans are timed on the steady one.
  Timestamp wall;
  SteadyTime steady;
  /// As they finished; the first span of the trace here is the last one. Without it (see
  /// complete()) there is one that finished after the trace had.
  std::vector<std::unique_ptr<SpanRecord>> spans;
  std::uint32_t dropped_spans = 0;

  bool complete() const { return !spans.empty() && spans.back()->local_root; }
  const SpanRecord& root() const { return *spans.back(); }
  /// Since 1970-01-01T00:00:00Z.
  std::uint64_t unix_nanos(SteadyTime at) const;
};

}  // namespace banyan::tracing
