// SPDX-License-Identifier: Apache-2.0
#include "rendezvous.hpp"

#include <set>
#include <string>

#include "banyan/http/run_folder.hpp"
#include "messages.hpp"

namespace banyan::succession {

std::vector<std::filesystem::path> rendezvous_paths(const std::vector<http::Endpoint>& listen) {
  std::set<std::string> paths;
  for (const http::Endpoint& each : listen)
    paths.insert(http::run_file(each, kRendezvousSuffix).string());
  return {paths.begin(), paths.end()};
}

}  // namespace banyan::succession
