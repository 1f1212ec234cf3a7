// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "banyan/kernel/version.hpp"
#include "catalog/port.hpp"

namespace catalog {

/// The version that a change of this track makes. To be asked when there is something to change.
/// Conflict "catalog.changed_meanwhile" unless the track is at the version that its caller has
/// seen, or none was said.
inline banyan::Result<std::int64_t> next_version(const Track& track,
                                                 std::optional<std::int64_t> seen) {
  const std::int64_t now = track.version.value_or(banyan::kNoVersion);
  const banyan::Result<void> same =
      banyan::check_version(seen, now, "catalog.changed_meanwhile", "track " + track.id.str());
  if (!same) return banyan::fail(same.error());
  return now + 1;
}

}  // namespace catalog
