// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::json {

/// The known name that was probably meant: a letter or two off, or written in another case.
std::optional<std::string_view> nearest(std::string_view name,
                                        const std::vector<std::string_view>& known);

/// "a, b, c"; cut with "…" after a dozen.
std::string listed(const std::vector<std::string_view>& names);

}  // namespace banyan::json
