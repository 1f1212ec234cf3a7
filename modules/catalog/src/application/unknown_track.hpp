// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/result.hpp"
#include "catalog/ids.hpp"

namespace catalog {

inline std::unexpected<banyan::Error> unknown_track(const TrackId& id) {
  return banyan::fail(banyan::ErrorCode::NotFound, "catalog.unknown_track",
                      "there is no track " + id.str());
}

}  // namespace catalog
