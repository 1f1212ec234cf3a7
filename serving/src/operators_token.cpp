// SPDX-License-Identifier: Apache-2.0
#include "operators_token.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>

namespace banyan::serving {

std::expected<std::string, strangler::FileProblem> read_operators_token(
    const strangler::Configuration& configuration, const std::string& config_file) {
  if (configuration.operators_token_file.empty()) return std::string();
  const std::string path =
      (std::filesystem::path(config_file).parent_path() / configuration.operators_token_file)
          .string();
  std::ifstream in(path);
  std::string token;
  std::getline(in, token);
  constexpr std::size_t kLeast = 16;
  if (in && token.size() >= kLeast) return token;
  return std::unexpected(strangler::FileProblem{
      config_file,
      {},
      "operators_token_file: " + path +
          (in ? " has less than 16 characters in its first line" : " cannot be read") +
          "; make one with: head -c 24 /dev/urandom | base64 > " + path});
}

}  // namespace banyan::serving
