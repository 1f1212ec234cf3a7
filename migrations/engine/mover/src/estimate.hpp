// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/mover/pause.hpp"
#include "catalogue.hpp"

namespace banyan::mover {

/// As the public one. Throws sqlite::Fault.
PauseEstimate estimate_pause(const Connection& database, const std::vector<std::string>& tables);

}  // namespace banyan::mover
