// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "banyan/routing/configuration.hpp"
#include "banyan/serving/file_marks.hpp"

namespace banyan::serving {

/// The first line of the file that `key` of the configuration names as `file`; too short a one is
/// refused, and so is a file that everybody on this machine may read or write (secret_file.hpp). A
/// path is relative to the configuration's folder.
std::expected<std::string, strangler::FileProblem> read_secret(const std::string& file,
                                                               const std::string& key,
                                                               const std::string& config_file);

/// All files of secrets that the configuration names, as they are now: of operators, of testers,
/// and of what copies say. One that changes may mend a refusal, or is a renewed secret.
FileMarks marks_of_secrets(const strangler::Configuration& configuration,
                           const std::string& config_file);

}  // namespace banyan::serving
