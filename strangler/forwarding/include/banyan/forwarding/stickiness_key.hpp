// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/fields.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan::strangler {

/// What stickiness goes by besides the principal: requests with the same key go the same way.
struct StickinessKey {
  /// Visit: a cookie of the proxy's own, see visit.hpp.
  enum class Source : std::uint8_t { Cookie, Header, Address, Visit };
  Source source = Source::Address;
  std::string name;  ///< of the cookie or the header

  /// "cookie:NAME", "header:NAME", "visit", "visit:NAME" or "address".
  static std::optional<StickinessKey> parse(std::string_view text);
  friend bool operator==(const StickinessKey&, const StickinessKey&) = default;
};

/// The key of a request: what the first of `sources` says that says something, in the end the
/// client's address, of IPv6 its /64 (see client_household()). Everyone who sorts users reads it
/// here: two readings would be two users.
std::string stickiness_key(const http::Fields& fields, std::string_view peer,
                           const TrustedPeers& trusted, const std::vector<StickinessKey>& sources);

/// Whose a request is.
struct Visitor {
  std::string key;
  bool by_visit = false;  ///< `key` is the id of a visit
  /// The visit begins with this request: `key` was drawn just now, and is to be kept in the cookie
  /// of that name. "": it has begun before, or something else says who asks.
  std::string_view begins{};
};

/// The same where the answer can carry a cookie: whose turn it is to say something, and is a visit
/// without an id, is given one. `random`: null where no visit can begin. `begins` lives as long as
/// `sources`.
Visitor visitor(const http::Fields& fields, std::string_view peer, const TrustedPeers& trusted,
                const std::vector<StickinessKey>& sources, Random* random);

/// The name of the proxy's own cookie; "": `sources` have none.
std::string_view visit_cookie(const std::vector<StickinessKey>& sources);

}  // namespace banyan::strangler
