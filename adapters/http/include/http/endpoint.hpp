// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::http {

/// Where somebody listens, or speaks from.
struct Endpoint {
  std::string host;  ///< a name or an address, IPv6 without brackets
  std::uint16_t port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// "127.0.0.1:8080", "[::1]:8080".
std::string to_string(const Endpoint& endpoint);

/// Reads what to_string() writes.
std::optional<Endpoint> endpoint_from(std::string_view text);

}  // namespace banyan::http
