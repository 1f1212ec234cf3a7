// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "banyan/routing/configuration.hpp"

namespace banyan::serving {

/// What `operators_token_file` of the configuration holds; "" when there is to be none. The name of
/// the file is relative to the folder of `config_file`.
std::expected<std::string, strangler::FileProblem> read_operators_token(
    const strangler::Configuration& configuration, const std::string& config_file);

}  // namespace banyan::serving
