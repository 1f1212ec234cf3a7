// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace banyan::strangler {

/// Compact; what is not UTF-8 becomes U+FFFD, since a log may hold what a shell passed on.
inline std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace banyan::strangler
