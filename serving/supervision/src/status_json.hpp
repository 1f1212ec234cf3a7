// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "banyan/supervision/fleet.hpp"

namespace banyan::supervision {

/// What `banyan ps --json` prints.
nlohmann::ordered_json status_json(const Deployment& deployment, const Fleet& fleet,
                                   SteadyTime now);

}  // namespace banyan::supervision
