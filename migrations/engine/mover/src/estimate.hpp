// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/mover/pause.hpp"
#include "rows.hpp"

namespace banyan::mover {

/// As the public one, for parts of tables as well. All of them exist. Throws sqlite::Fault.
PauseEstimate estimate_pause(const Connection& database, const std::vector<RowSet>& row_sets);

}  // namespace banyan::mover
