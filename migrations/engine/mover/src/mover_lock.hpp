// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "banyan/kernel/result.hpp"
#include "banyan/sqlite/file_lock.hpp"

namespace banyan::mover {

/// The lock that one mover at a time holds on a shared file, signed with what its holder does:
/// `order` is "move demo --back". Error: `mover.already_running`; throws sqlite::Fault.
Result<sqlite::FileLock> take_mover_lock(const std::filesystem::path& shared,
                                         const std::string& order);

}  // namespace banyan::mover
