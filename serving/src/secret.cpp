// SPDX-License-Identifier: Apache-2.0
#include "secret.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>

namespace banyan::serving {

std::expected<std::string, strangler::FileProblem> read_secret(const std::string& file,
                                                               const std::string& key,
                                                               const std::string& config_file) {
  const std::string path = (std::filesystem::path(config_file).parent_path() / file).string();
  std::ifstream in(path);
  std::string secret;
  std::getline(in, secret);
  constexpr std::size_t kLeast = 16;
  if (in && secret.size() >= kLeast) return secret;
  return std::unexpected(strangler::FileProblem{
      config_file,
      {},
      key + ": " + path +
          (in ? " has less than 16 characters in its first line" : " cannot be read") +
          "; make one with: head -c 24 /dev/urandom | base64 > " + path});
}

}  // namespace banyan::serving
