// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::http {

/// An address of IPv4 or IPv6. One that is IPv4 in the form of IPv6 (::ffff:192.0.2.1) is the same
/// as the plain one.
class IpAddress {
 public:
  /// "192.0.2.1", "2001:db8::1" in any of its spellings, with or without a zone ("fe80::1%eth0"),
  /// which is not looked at.
  static std::optional<IpAddress> parse(std::string_view text);

  /// As proxies write whom a request came from: with or without a port, IPv6 with or without
  /// brackets, in quotes or not ("192.0.2.1:4711", "[2001:db8::1]:4711").
  static std::optional<IpAddress> parse_node(std::string_view text);

  bool is_v4() const;
  /// The one spelling that there is for it (RFC 5952).
  std::string to_string() const;
  /// IPv4 as IPv4-mapped IPv6.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// All addresses that begin with the same bits.
class Network {
 public:
  /// "192.0.2.7", "10.0.0.0/8", "2001:db8::/32"; else the sentence that says what is wrong.
  static std::expected<Network, std::string> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  Network(const IpAddress& address, unsigned bits) : address_(address), bits_(bits) {}
  IpAddress address_;
  unsigned bits_;  ///< of the form that is IPv6
};

}  // namespace banyan::http
