// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

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
  bool empty() const noexcept { return networks_.empty() && !unix_; }

 private:
  /// IPv4 addresses are kept as IPv4-mapped IPv6 ones.
  using Bytes = std::array<std::uint8_t, 16>;
  struct Network {
    Bytes address;
    unsigned bits;
  };
  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace banyan::strangler
