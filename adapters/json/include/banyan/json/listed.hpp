// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banyan::json {

/// "a, b, c"; cut with "…" after a dozen.
std::string listed(const std::vector<std::string_view>& names);

}  // namespace banyan::json
