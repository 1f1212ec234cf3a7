// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/mover/move.hpp"

namespace banyan::mover {

/// The two files of one module.
struct Files {
  std::filesystem::path shared;
  std::filesystem::path own;
};

/// Refuses names that cannot be part of a file's name.
Result<void> check_module_name(std::string_view module);

/// The fence's own file if there is one; else `location`, or the usual name.
Result<Files> files_of(const std::filesystem::path& shared, const std::string& module,
                       const std::string& location);

/// What the fence says, and whether gate and triggers agree with it.
struct Situation {
  Placement placement;
  bool agrees = true;
  std::string note;  ///< what does not agree
};
/// Reads only. Errors: mover.rewound, mover.own_file_missing.
Result<Situation> look(const Files& files, const std::string& module,
                       const std::vector<std::string>& tables);

struct LockedFiles;

/// Makes gate and triggers agree. The caller holds the mover's lock.
Result<Situation> reconcile(const Files& files, const std::string& module,
                            const std::vector<std::string>& tables, const LockedFiles& locked);

}  // namespace banyan::mover
