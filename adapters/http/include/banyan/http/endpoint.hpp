// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::http {

/// Where somebody listens, or speaks from.
struct Endpoint {
  /// A name or an address, IPv6 without brackets; or "unix:" and the path of a Unix socket.
  std::string host;
  std::uint16_t port = 0;  ///< 0 with a Unix socket
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

inline constexpr std::string_view kUnixPrefix = "unix:";

inline bool is_unix(const Endpoint& endpoint) { return endpoint.host.starts_with(kUnixPrefix); }
/// The path of a Unix socket.
inline std::string unix_path(const Endpoint& endpoint) {
  return endpoint.host.substr(kUnixPrefix.size());
}

/// "127.0.0.1:8080", "[::1]:8080", "unix:/run/shop.sock".
std::string to_string(const Endpoint& endpoint);

/// The most bytes that the path of a Unix socket may have (sockaddr_un).
inline constexpr std::size_t kLongestUnixPath = 107;

/// Reads what to_string() writes: the path of a Unix socket is absolute and fits, and a host has no
/// blanks, controls, brackets, '/' or '@'. Port 0 is for who listens on any.
std::optional<Endpoint> endpoint_from(std::string_view text);

}  // namespace banyan::http
