// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "check/control_store.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// What a proxy opens at its start, beside the file itself: its control store and its access log.
/// `folder`: of the file, for names in it are relative to that.
void look_at_files(const strangler::Configuration& configuration, const ControlStoreNow& store,
                   const std::filesystem::path& folder, std::vector<Finding>& found);

}  // namespace banyan::cli::check
