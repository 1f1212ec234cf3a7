// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/serving/preview.hpp"
#include "check/findings.hpp"

namespace banyan::cli::check {

/// Reads that move with a rollout, and writes of the same path that do not: once the reads are on
/// the new side, what is written is not what is read. Found by asking the table, so that a route
/// which is more exact counts. Not told where the file says that it is meant (`reads_only`), or
/// that both sides work on the same data, and not of the route for all that is left: nobody has
/// said that there is such a write.
std::vector<Finding> writes_apart(const serving::Preview& preview);

}  // namespace banyan::cli::check
