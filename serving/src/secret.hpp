// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "banyan/routing/configuration.hpp"

namespace banyan::serving {

/// The first line of the file that `key` of the configuration names as `file`; too short a one is
/// refused. A path is relative to the configuration's folder.
std::expected<std::string, strangler::FileProblem> read_secret(const std::string& file,
                                                               const std::string& key,
                                                               const std::string& config_file);

}  // namespace banyan::serving
