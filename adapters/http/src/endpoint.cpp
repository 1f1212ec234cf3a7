// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/endpoint.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>

namespace banyan::http {

static_assert(kLongestUnixPath == sizeof(sockaddr_un{}.sun_path) - 1);

std::string to_string(const Endpoint& endpoint) {
  if (is_unix(endpoint)) return endpoint.host;
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

namespace {

bool fits_a_socket(std::string_view path) {
  return path.size() > 1 && path.front() == '/' && path.size() <= kLongestUnixPath;
}

bool is_odd_in_a_host(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == '/' || c == '@' || c == 0x7F;
}

}  // namespace

std::optional<Endpoint> endpoint_from(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) {
    if (!fits_a_socket(text.substr(kUnixPrefix.size()))) return std::nullopt;
    return Endpoint{std::string(text), 0};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
    host = host.substr(1, host.size() - 2);
    if (host.find_first_of("[]") != std::string_view::npos) return std::nullopt;
  } else if (host.empty() || host.find_first_of(":[]") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (std::ranges::any_of(host, is_odd_in_a_host) || error != std::errc() ||
      end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return Endpoint{std::string(host), port};
}

}  // namespace banyan::http
