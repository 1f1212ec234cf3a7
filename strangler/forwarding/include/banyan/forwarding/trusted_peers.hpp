// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/fields.hpp"
#include "banyan/http/ip_address.hpp"

namespace banyan::strangler {

/// Addresses of proxies in front of this one whose word about the client is taken.
class TrustedPeers {
 public:
  /// Nobody.
  TrustedPeers() = default;

  /// Each "192.0.2.7", "10.0.0.0/8", "2001:db8::/32", or "unix:" for all who come by a Unix socket;
  /// else the sentence that says what is wrong.
  static std::expected<TrustedPeers, std::string> parse(const std::vector<std::string>& networks);

  bool contains(std::string_view address) const;
  bool contains(const http::IpAddress& address) const;
  bool empty() const noexcept { return networks_.empty() && !unix_; }

 private:
  std::vector<http::Network> networks_;
  bool unix_ = false;
};

/// From where a request came in the first place: `peer`, or if it is trusted whoever it says, and
/// so on over all that are trusted, from the last entry of X-Forwarded-For (of Forwarded where
/// there is no such field) to the first. Without ports and in the one spelling that an address has,
/// so that a client has one address. What is no address ("unknown", or nonsense) ends the way: then
/// it is the last hop that is known. `peer` is an address as the engine writes it, or "unix:" and a
/// path.
std::string client_address(const http::Fields& fields, std::string_view peer,
                           const TrustedPeers& trusted);

/// Whom an address is counted as, wherever people are told apart by theirs: of IPv4 the address, of
/// IPv6 the first address of the network that one household has, its /64 ("2001:db8:0:7::"). In
/// that network one person has more addresses than anybody can count, and another one within the
/// day where privacy extensions make them (RFC 8981).
std::string household_of(const http::IpAddress& address);

/// The household of client_address(); a Unix socket is one by itself, as it is written.
std::string client_household(const http::Fields& fields, std::string_view peer,
                             const TrustedPeers& trusted);

/// The same as a place that limits can go by, of IPv6 written as the network that it is
/// ("2001:db8:0:7::/64"). "" where the address
/// is not known to be the client's, since a limit would meet everybody who comes that way: of a
/// peer that is not trusted and passes on what others ask (X-Forwarded-For, Forwarded, Via and the
/// like), or is so near that it mostly does (this machine, a private network, a Unix socket); and
/// of a trusted one that does not say whom the request is from.
std::string client_place(const http::Fields& fields, std::string_view peer,
                         const TrustedPeers& trusted);

}  // namespace banyan::strangler
