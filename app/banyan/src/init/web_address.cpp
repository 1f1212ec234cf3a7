// SPDX-License-Identifier: Apache-2.0
#include "init/web_address.hpp"

#include <algorithm>
#include <cstdint>

namespace banyan::cli::init {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

std::uint16_t usual_port(bool tls) { return tls ? 443 : 80; }

/// "[::1]" and "shop" have no port; "[::1]:80" and "shop:80" have one.
bool has_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

std::unexpected<std::string> wrong(std::string_view text) {
  return std::unexpected('"' + std::string(text) +
                         "\" is no address, expected one such as http://127.0.0.1:3000, "
                         "https://shop.internal or unix:/run/shop.sock");
}

}  // namespace

std::string WebAddress::origin() const {
  if (http::is_unix(endpoint)) return to_string(endpoint);
  std::string authority = to_string(endpoint);
  const std::string port = ':' + std::to_string(usual_port(tls));
  if (endpoint.port == usual_port(tls)) authority.resize(authority.size() - port.size());
  return std::string(tls ? kHttps : kHttp) + authority;
}

bool is_web_address(std::string_view text) {
  return text.starts_with(kHttp) || text.starts_with(kHttps);
}

std::expected<WebAddress, std::string> web_address_from(std::string_view text) {
  WebAddress address;
  if (text.starts_with(http::kUnixPrefix)) {
    const auto endpoint = http::endpoint_from(text);
    if (!endpoint) return wrong(text);
    address.endpoint = *endpoint;
    return address;
  }
  if (!is_web_address(text)) return wrong(text);
  address.tls = text.starts_with(kHttps);
  std::string_view rest = text.substr(address.tls ? kHttps.size() : kHttp.size());
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string authority(rest.substr(0, end));
  rest.remove_prefix(end);
  if (!has_port(authority)) authority += ':' + std::to_string(usual_port(address.tls));
  const auto endpoint = http::endpoint_from(authority);
  if (!endpoint || endpoint->port == 0) return wrong(text);
  address.endpoint = *endpoint;
  rest = rest.substr(0, rest.find('#'));
  if (rest.starts_with('?')) address.target += rest;
  if (rest.starts_with('/')) address.target = rest;
  return address;
}

}  // namespace banyan::cli::init
