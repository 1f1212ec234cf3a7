// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/fields.hpp"

namespace banyan::strangler {

/// What stickiness goes by besides the principal: requests with the same key go the same way.
struct StickinessKey {
  enum class Source : std::uint8_t { Cookie, Header, Address };
  Source source = Source::Address;
  std::string name;  ///< of the cookie or the header

  /// "cookie:NAME", "header:NAME" or "address".
  static std::optional<StickinessKey> parse(std::string_view text);
  friend bool operator==(const StickinessKey&, const StickinessKey&) = default;
};

/// The key of a request: what the first of `sources` says that says something, in the end the
/// client's address (see client_address()). Everyone who sorts users reads it here: two readings
/// would be two users.
std::string stickiness_key(const http::Fields& fields, std::string_view peer,
                           const TrustedPeers& trusted, const std::vector<StickinessKey>& sources);

}  // namespace banyan::strangler
