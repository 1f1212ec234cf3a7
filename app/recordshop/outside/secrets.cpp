// SPDX-License-Identifier: Apache-2.0
#include "outside/secrets.hpp"

#include <fstream>
#include <stdexcept>

#include "banyan/http/loopback.hpp"

namespace recordshop {

bool is_this_machine(std::string_view host) {
  return host == "[::1]" || banyan::http::is_loopback(host);
}

std::string secret_of(const SharedSecret& secret, const banyan::host::OwnValues& options,
                      const std::string& host) {
  const std::string option = "--" + std::string(secret.option);
  const auto file = options.find(secret.option);
  if (file == options.end()) {
    if (is_this_machine(host)) return std::string(secret.simulators);
    throw std::runtime_error(option + " is missing: --" + std::string(secret.party) + " is at " +
                             host + ", and without the file the secret is '" +
                             std::string(secret.simulators) +
                             "', which everybody knows. Write the one that the party has given you"
                             " into a file, and name that file.");
  }
  std::ifstream in(file->second);
  std::string line;
  if (!std::getline(in, line) || line.empty()) {
    throw std::runtime_error(option + ": " + file->second +
                             " cannot be read, or its first line is empty. Write what the party has"
                             " given you there.");
  }
  return line;
}

}  // namespace recordshop
