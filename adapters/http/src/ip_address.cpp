// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>

namespace banyan::http {
namespace {

constexpr unsigned kAddressBits = 128;
constexpr unsigned kMappedBits = 96;
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<unsigned> parse_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (fault != std::errc() || end != text.data() + text.size() || bits > most) return std::nullopt;
  return bits;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find(':') != std::string_view::npos) text = text.substr(0, text.find('%'));
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  IpAddress address;
  if (inet_pton(AF_INET, terminated.data(), address.bytes_.data() + kMapped.size()) == 1) {
    std::ranges::copy(kMapped, address.bytes_.begin());
    return address;
  }
  if (inet_pton(AF_INET6, terminated.data(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::parse_node(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
    text = text.substr(1, text.size() - 2);
  }
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view port = text.substr(close + 1);
    if (!port.empty() && (port.front() != ':' || !is_port(port.substr(1)))) return std::nullopt;
    const std::string_view inside = text.substr(1, close - 1);
    return inside.contains(':') ? parse(inside) : std::nullopt;
  }
  const std::size_t colon = text.find(':');
  const bool one_colon = colon != std::string_view::npos && colon == text.rfind(':');
  if (!one_colon) return parse(text);
  return is_port(text.substr(colon + 1)) ? parse(text.substr(0, colon)) : std::nullopt;
}

bool IpAddress::is_v4() const { return std::ranges::equal(kMapped, std::span(bytes_).first<12>()); }

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + kMapped.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

std::expected<Network, std::string> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address || text.contains('%')) {
    return std::unexpected("'" + std::string(text) +
                           "' is not an IP address or network: write \"10.0.0.7\", "
                           "\"10.0.0.0/8\" or \"2001:db8::/32\"");
  }
  // A network of IPv4 addresses is written with 32 bits, unless it is in the form of IPv6.
  const bool short_form = !text.substr(0, slash).contains(':');
  const unsigned most = short_form ? kAddressBits - kMappedBits : kAddressBits;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const auto given = parse_bits(text.substr(slash + 1), most);
    if (!given) {
      return std::unexpected("'" + std::string(text) +
                             "': the number of bits after the slash must be 0 to " +
                             std::to_string(most));
    }
    bits = *given;
  }
  return Network(*address, bits + (short_form ? kMappedBits : 0));
}

bool Network::contains(const IpAddress& address) const {
  const auto& left = address_.bytes();
  const auto& right = address.bytes();
  const std::size_t whole = bits_ / 8;
  if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(whole), right.begin())) {
    return false;
  }
  const unsigned rest = bits_ % 8;
  return rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0;
}

}  // namespace banyan::http
