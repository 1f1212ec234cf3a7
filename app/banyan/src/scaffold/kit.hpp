// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "banyan/kernel/result.hpp"

namespace banyan::cli::scaffold {

/// Where the kit's headers and libraries are installed: the prefix of `wanted`, or when that is "",
/// of this program, else /usr/local or /usr. FailedPrecondition "banyan.no_kit" where nothing is.
Result<std::filesystem::path> find_kit(const std::string& wanted);

/// What a CMake preset needs so that find_package(Banyan) looks there: "" for the system's own
/// places.
std::string prefix_path_line(const std::filesystem::path& kit);

}  // namespace banyan::cli::scaffold
