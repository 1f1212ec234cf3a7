// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <system_error>

namespace banyan {

/// All that is in the file, byte for byte. The system's reason when it is missing, when it may not
/// be read, when it is a folder, and when reading breaks off: never a part of it. An empty file is
/// "". To whom a missing file is an empty one: `whole_file(file).value_or("")`.
std::expected<std::string, std::error_code> whole_file(const std::filesystem::path& file);

}  // namespace banyan
