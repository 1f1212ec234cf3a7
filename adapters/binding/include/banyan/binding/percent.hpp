// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::binding {

enum class Plus : std::uint8_t {
  Itself,
  Space,  ///< as in the query strings of browsers
};

/// Decodes %XX once. Nothing when an escape is malformed or the result is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::Itself);

/// Escapes everything but the unreserved characters of RFC 3986.
std::string percent_encode(std::string_view text);

}  // namespace banyan::binding
