// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace banyan::json {

/// Are arrays and objects nested in each other more than so many levels? To be asked before a text
/// that others wrote is parsed: whoever walks through the value recurses into it.
bool is_nested_deeper(std::string_view text, std::size_t levels);

}  // namespace banyan::json
