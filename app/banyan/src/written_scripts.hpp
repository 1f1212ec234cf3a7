// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/manifest/manifest.hpp"
#include "banyan/mover/report.hpp"

namespace banyan::cli {

/// Where a separation script that takes a boundary violation away is written already and only waits
/// to be applied, the next step is to apply it, not to write one.
void advise_to_apply_what_is_written(mover::SchemaReport& report, const std::string& database,
                                     const manifest::Manifest& manifest);

}  // namespace banyan::cli
