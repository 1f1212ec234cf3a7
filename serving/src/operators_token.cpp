// SPDX-License-Identifier: Apache-2.0
#include "operators_token.hpp"

#include "secret.hpp"

namespace banyan::serving {

std::expected<std::string, strangler::FileProblem> read_operators_token(
    const strangler::Configuration& configuration, const std::string& config_file) {
  if (configuration.operators_token_file.empty()) return std::string();
  return read_secret(configuration.operators_token_file, "operators_token_file", config_file);
}

}  // namespace banyan::serving
