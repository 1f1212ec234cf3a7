// SPDX-License-Identifier: Apache-2.0
#include "forwarding/trusted_peers.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/endpoint.hpp"

namespace banyan::strangler {
namespace {

constexpr unsigned kAddressBits = 128;
constexpr unsigned kMappedPrefixBits = 96;
constexpr std::size_t kMappedPrefixBytes = 12;

using Bytes = std::array<std::uint8_t, 16>;

struct Parsed {
  Bytes bytes{};
  bool v4 = false;
};

std::optional<Parsed> parse_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  Parsed parsed;
  if (inet_pton(AF_INET, terminated.data(), parsed.bytes.data() + kMappedPrefixBytes) == 1) {
    parsed.bytes[10] = parsed.bytes[11] = 0xFF;
    parsed.v4 = true;
    return parsed;
  }
  if (inet_pton(AF_INET6, terminated.data(), parsed.bytes.data()) == 1) return parsed;
  return std::nullopt;
}

std::optional<unsigned> parse_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (fault != std::errc() || end != text.data() + text.size() || bits > most) return std::nullopt;
  return bits;
}

bool same_prefix(const Bytes& left, const Bytes& right, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(whole), right.begin())) {
    return false;
  }
  const unsigned rest = bits % 8;
  return rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0;
}

}  // namespace

std::expected<TrustedPeers, std::string> TrustedPeers::parse(
    const std::vector<std::string>& networks) {
  TrustedPeers peers;
  for (const std::string& text : networks) {
    if (text == http::kUnixPrefix) {
      peers.unix_ = true;
      continue;
    }
    const std::size_t slash = text.find('/');
    const std::optional<Parsed> address = parse_address(std::string_view(text).substr(0, slash));
    if (!address) {
      return std::unexpected("'" + text +
                             "' is not an IP address or network: write \"10.0.0.7\", " +
                             "\"10.0.0.0/8\", \"2001:db8::/32\" or \"unix:\"");
    }
    unsigned bits = kAddressBits;
    if (slash != std::string::npos) {
      const unsigned most = address->v4 ? kAddressBits - kMappedPrefixBits : kAddressBits;
      const auto given = parse_bits(std::string_view(text).substr(slash + 1), most);
      if (!given) {
        return std::unexpected("'" + text + "': the number of bits after the slash must be 0 to " +
                               std::to_string(most));
      }
      bits = *given + (address->v4 ? kMappedPrefixBits : 0);
    }
    peers.networks_.push_back({address->bytes, bits});
  }
  return peers;
}

bool TrustedPeers::contains(std::string_view address) const {
  if (address.starts_with(http::kUnixPrefix)) return unix_;
  if (networks_.empty()) return false;
  const std::optional<Parsed> parsed = parse_address(address);
  return parsed && std::ranges::any_of(networks_, [&](const Network& network) {
           return same_prefix(parsed->bytes, network.address, network.bits);
         });
}

}  // namespace banyan::strangler
