// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "banyan/kernel/result.hpp"

namespace banyan::mover {

/// How long writers will wait while tables are written anew: for a person to choose the hour by.
struct PauseEstimate {
  std::int64_t rows = 0;
  std::chrono::milliseconds pause{};
};

/// Counts the rows of these tables, and copies a sample of each into memory to see how fast this
/// machine is. What is no table is passed over. Reads only.
Result<PauseEstimate> estimate_pause(const std::filesystem::path& database,
                                     const std::vector<std::string>& tables);

/// "1000000 row(s): writers are expected to wait about 3 s".
std::string to_text(const PauseEstimate& estimate);

}  // namespace banyan::mover
