// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

namespace banyan::http {

/// Whether whoever reads a message may take the two for one name of a field: whatever their case,
/// and to CGI and its heirs (PHP, WSGI) "X_Api_Key" is X-Api-Key (RFC 3875 §4.1.18). ASCII only.
constexpr bool names_are_alike(std::string_view left, std::string_view right) noexcept {
  const auto as_read = [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(left, right, {}, as_read, as_read);
}

}  // namespace banyan::http
