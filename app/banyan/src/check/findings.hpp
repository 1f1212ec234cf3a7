// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/serving/preview.hpp"
#include "check/control_store.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// All of them, the heavy ones first.
std::vector<Finding> findings(const serving::Preview& preview, const ControlStoreNow& store,
                              const std::string& config_file);

}  // namespace banyan::cli::check
