// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::binding {

/// "/orders/{id}?x=1" -> the raw segments, without the query. "/" has none.
std::vector<std::string_view> path_segments(std::string_view target);

/// What a path segment stands for: %XX decoded once, without path parameters (";v=1"), which
/// nothing goes by. Nothing when an escape is malformed, or when the text is empty, ".", "..", not
/// UTF-8, or has a '/', a '\\' or a control character, which somebody on the way could read
/// otherwise.
std::optional<std::string> decode_segment(std::string_view segment);
bool fits_segment(std::string_view text);

}  // namespace banyan::binding
