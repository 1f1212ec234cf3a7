// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "banyan/http/endpoint.hpp"

namespace banyan::succession {

/// What two processes of which one follows the other say about themselves.
struct Introduction {
  std::string program;  ///< must be the same
  std::string version;  ///< may be another
  /// What must be the same when both know it, as people say it: "database" -> "/srv/shop.db".
  std::map<std::string, std::string> facts;
  /// Where it listens, or wants to. Must be the same addresses, in any order.
  std::vector<http::Endpoint> listen;
  int process = 0;
};

/// Why `successor` cannot go on with what `running` has, each with the next step; "" when it can.
std::string why_not(const Introduction& running, const Introduction& successor);

}  // namespace banyan::succession
