// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "banyan/kernel/result.hpp"

namespace banyan::cli::init {

/// Writes a file whole or not at all: beside its place, to the disk, then renamed. AlreadyExists
/// "banyan.exists" when it is there and may not be `replace`d; Unavailable "banyan.cannot_write"
/// with the system's reason.
Result<void> write_new_file(const std::filesystem::path& file, const std::string& text,
                            bool replace);

}  // namespace banyan::cli::init
