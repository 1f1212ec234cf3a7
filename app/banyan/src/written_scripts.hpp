// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/manifest/manifest.hpp"
#include "banyan/migrations/runner.hpp"
#include "banyan/mover/report.hpp"

namespace banyan::cli {

/// Where a separation script that takes a boundary violation away is written already and only waits
/// to be applied, the next step is to apply it, not to write one. `scripts`: of the same database.
void advise_to_apply_what_is_written(mover::SchemaReport& report,
                                     const manifest::Manifest& manifest,
                                     const std::vector<migrations::Status>& scripts);

}  // namespace banyan::cli
