// SPDX-License-Identifier: Apache-2.0
#include "http/endpoint.hpp"

#include <charconv>

namespace banyan::http {

std::string to_string(const Endpoint& endpoint) {
  if (is_unix(endpoint)) return endpoint.host;
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

std::optional<Endpoint> endpoint_from(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) {
    if (text.size() == kUnixPrefix.size()) return std::nullopt;
    return Endpoint{std::string(text), 0};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host.empty() || digits.empty() || error != std::errc() ||
      end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return Endpoint{std::string(host), port};
}

}  // namespace banyan::http
