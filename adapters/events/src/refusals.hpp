// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/kernel/error.hpp"

namespace banyan::events {

/// Of a follower: events of the key come first that it has not had.
inline constexpr std::string_view kEventGap = "banyan.event_gap";

inline Error lane_at_work(const std::string& module, const std::string& lane) {
  return {ErrorCode::Conflict,
          "banyan.lane_at_work",
          "events of '" + module + "' are being sent to '" + lane +
              "' now, so it follows still. Nothing was changed. Stop the processes that host '" +
              lane + "', then forget it",
          {}};
}

}  // namespace banyan::events
