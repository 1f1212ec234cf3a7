// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/trusted_peers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/list.hpp"

namespace banyan::strangler {
namespace {

using http::IpAddress;

/// "for=192.0.2.1;proto=https" → 192.0.2.1
std::optional<IpAddress> node_of(std::string_view element) {
  while (!element.empty()) {
    const std::size_t end = std::min(element.find(';'), element.size());
    const std::string_view pair = http::trimmed(element.substr(0, end));
    element.remove_prefix(std::min(end + 1, element.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (!http::equals_ignoring_case(pair.substr(0, equals), "for")) continue;
    return IpAddress::parse_node(pair.substr(equals + 1));
  }
  return std::nullopt;
}

/// The entries of all fields of a name, in their order.
template <class Read>
std::vector<std::optional<IpAddress>> hops(const http::Fields& fields, http::FieldName name,
                                           const Read& read) {
  std::vector<std::optional<IpAddress>> all;
  fields.each(name, [&](std::string_view list) {
    http::any_element(list, [&](std::string_view element) {
      if (!element.empty()) all.push_back(read(element));
      return false;
    });
  });
  return all;
}

/// Does it ask for somebody else?
bool passes_on(const http::Fields& fields) {
  constexpr auto kSaidByProxies =
      std::to_array<http::FieldName>({"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP",
                                      "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"});
  return std::ranges::any_of(kSaidByProxies,
                             [&](http::FieldName name) { return fields.contains(name); });
}

/// This machine, and networks that are nobody's in the world.
bool is_near(const IpAddress& address) {
  static const std::vector<http::Network> near = [] {
    std::vector<http::Network> all;
    for (const char* each : {"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                             "100.64.0.0/10", "169.254.0.0/16", "::1", "fc00::/7", "fe80::/10"}) {
      all.push_back(http::Network::parse(each).value());
    }
    return all;
  }();
  return std::ranges::any_of(
      near, [&](const http::Network& network) { return network.contains(address); });
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
    auto network = http::Network::parse(text);
    if (!network) {
      return std::unexpected(network.error() + "; \"unix:\" is whoever comes by a Unix socket");
    }
    peers.networks_.push_back(*network);
  }
  return peers;
}

bool TrustedPeers::contains(std::string_view address) const {
  if (address.starts_with(http::kUnixPrefix)) return unix_;
  if (networks_.empty()) return false;
  const auto parsed = IpAddress::parse(address);
  return parsed && contains(*parsed);
}

bool TrustedPeers::contains(const http::IpAddress& address) const {
  return std::ranges::any_of(
      networks_, [&](const http::Network& network) { return network.contains(address); });
}

std::string client_address(const http::Fields& fields, std::string_view peer,
                           const TrustedPeers& trusted) {
  std::string known(peer);
  if (trusted.empty() || !trusted.contains(peer)) return known;
  auto before = hops(fields, "X-Forwarded-For", IpAddress::parse_node);
  if (before.empty()) before = hops(fields, "Forwarded", node_of);
  for (; !before.empty() && before.back(); before.pop_back()) {
    known = before.back()->to_string();
    if (!trusted.contains(*before.back())) break;
  }
  return known;
}

std::string household_of(const http::IpAddress& address) {
  if (address.is_v4()) return address.to_string();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t byte = address.bytes().at(i);
    text += kDigits[byte / 16];
    text += kDigits[byte % 16];
    if (i % 2 == 1) text += ':';
  }
  text += ':';
  const auto first = IpAddress::parse(text);
  return first ? first->to_string() : text;
}

std::string client_household(const http::Fields& fields, std::string_view peer,
                             const TrustedPeers& trusted) {
  std::string known = client_address(fields, peer, trusted);
  if (!known.contains(':')) return known;
  const auto address = IpAddress::parse(known);
  return address ? household_of(*address) : known;
}

std::string client_place(const http::Fields& fields, std::string_view peer,
                         const TrustedPeers& trusted) {
  const bool is_trusted = trusted.contains(peer);
  if (!is_trusted && passes_on(fields)) return {};
  const auto address = IpAddress::parse(client_address(fields, peer, trusted));
  if (!address || trusted.contains(*address)) return {};
  if (!is_trusted && is_near(*address)) return {};
  return household_of(*address) + (address->is_v4() ? "" : "/64");
}

}  // namespace banyan::strangler
