// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/events/event_log.hpp"
#include "banyan/kernel/error.hpp"

namespace banyan::events {

/// Of a follower: events of the key come first that it has not had.
inline constexpr std::string_view kEventGap = "banyan.event_gap";
/// gap_of() reads it again, out of what is kept of it.
Error event_gap(const Envelope& event, std::int64_t wanted);

inline Error lane_at_work(const std::string& module, const std::string& lane) {
  return {ErrorCode::Conflict,
          "banyan.lane_at_work",
          "events of '" + module + "' are being sent to '" + lane +
              "' now, so it follows still. Nothing was changed. Stop the processes that host '" +
              lane + "', then forget it",
          {}};
}

}  // namespace banyan::events
