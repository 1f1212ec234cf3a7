// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/stickiness_key.hpp"

#include "banyan/http/cookie.hpp"
#include "banyan/http/message.hpp"

namespace banyan::strangler {

std::optional<StickinessKey> StickinessKey::parse(std::string_view text) {
  if (text == "address") return StickinessKey{};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !http::is_token(text.substr(colon + 1))) {
    return std::nullopt;
  }
  const std::string name(text.substr(colon + 1));
  if (text.substr(0, colon) == "cookie") return StickinessKey{Source::Cookie, name};
  if (text.substr(0, colon) == "header") return StickinessKey{Source::Header, name};
  return std::nullopt;
}

std::string stickiness_key(const http::Fields& fields, std::string_view peer,
                           const TrustedPeers& trusted, const std::vector<StickinessKey>& sources) {
  for (const StickinessKey& source : sources) {
    std::string_view key;
    switch (source.source) {
      case StickinessKey::Source::Cookie: key = http::cookie(fields, source.name); break;
      case StickinessKey::Source::Header: key = fields.find(source.name).value_or(key); break;
      case StickinessKey::Source::Address: return client_address(fields, peer, trusted);
    }
    if (!key.empty()) return std::string(key);
  }
  return client_address(fields, peer, trusted);
}

}  // namespace banyan::strangler
