// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "kernel/result.hpp"
#include "stages/traffic.hpp"

namespace banyan::strangler {

/// Where a module's tables are, as the fence in the shared database says; Shared when it has no
/// row or no fence. Opens the file for reading only. NotFound "banyan.no_shared_database" when
/// there is no such file, Unavailable "banyan.fence_unreadable" otherwise.
Result<DataStage> read_fence(const std::string& shared_database, std::string_view module);

}  // namespace banyan::strangler
