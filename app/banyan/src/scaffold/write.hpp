// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "scaffold/templates.hpp"

namespace banyan::cli::scaffold {

/// A file that exists and gets another text.
struct Change {
  std::filesystem::path path;  ///< relative to the root
  std::string before;          ///< what it must still have
  std::string after;
};

/// Writes all of it below `root`, or nothing: the files are made in a folder beside, and `tops`,
/// the folders that hold them (relative to the root; "" is the root itself), are put in their
/// places by renaming; then the changes are made. What fails takes back what was done.
/// AlreadyExists "banyan.exists" when one of `tops` is there. Unavailable "banyan.cannot_write"
/// with the system's reason.
Result<void> write_all(const std::filesystem::path& root, const std::vector<NewFile>& files,
                       const std::vector<std::filesystem::path>& tops,
                       const std::vector<Change>& changes);

}  // namespace banyan::cli::scaffold
