// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/stickiness_key.hpp"

#include <algorithm>

#include "banyan/forwarding/visit.hpp"
#include "banyan/http/cookie.hpp"
#include "banyan/http/message.hpp"

namespace banyan::strangler {
namespace {

/// "": it has none. Who asks in the visitor's place passes on what it was told; that is believed
/// before the cookie, which may be of a visit to another proxy.
std::string_view visit_of(const http::Fields& fields, std::string_view peer,
                          const TrustedPeers& trusted, std::string_view name) {
  const std::string_view told = fields.find(kVisitField).value_or(std::string_view());
  if (is_visit(told) && trusted.contains(peer)) return told;
  // Of several the first that can be one: a cookie of that name for a longer path, or of a
  // neighbour's domain, comes before ours, and no answer of ours replaces it.
  return http::cookie(fields, name, is_visit);
}

}  // namespace

std::optional<StickinessKey> StickinessKey::parse(std::string_view text) {
  if (text == "address") return StickinessKey{};
  if (text == "visit") return StickinessKey{Source::Visit, std::string(kVisitCookie)};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !http::is_token(text.substr(colon + 1))) {
    return std::nullopt;
  }
  const std::string name(text.substr(colon + 1));
  if (text.substr(0, colon) == "cookie") return StickinessKey{Source::Cookie, name};
  if (text.substr(0, colon) == "header") return StickinessKey{Source::Header, name};
  if (text.substr(0, colon) == "visit") return StickinessKey{Source::Visit, name};
  return std::nullopt;
}

std::string stickiness_key(const http::Fields& fields, std::string_view peer,
                           const TrustedPeers& trusted, const std::vector<StickinessKey>& sources) {
  return visitor(fields, peer, trusted, sources, nullptr).key;
}

Visitor visitor(const http::Fields& fields, std::string_view peer, const TrustedPeers& trusted,
                const std::vector<StickinessKey>& sources, Random* random) {
  for (const StickinessKey& source : sources) {
    std::string_view key;
    bool by_visit = false;
    switch (source.source) {
      case StickinessKey::Source::Cookie: key = http::cookie(fields, source.name); break;
      case StickinessKey::Source::Header: key = fields.find(source.name).value_or(key); break;
      case StickinessKey::Source::Visit:
        by_visit = true;
        key = visit_of(fields, peer, trusted, source.name);
        if (key.empty() && random != nullptr) {
          return {.key = draw_visit(*random), .by_visit = true, .begins = source.name};
        }
        break;
      case StickinessKey::Source::Address:
        return {.key = client_household(fields, peer, trusted), .by_visit = false, .begins = {}};
    }
    if (!key.empty()) return {.key = std::string(key), .by_visit = by_visit, .begins = {}};
  }
  return {.key = client_household(fields, peer, trusted), .by_visit = false, .begins = {}};
}

std::string_view visit_cookie(const std::vector<StickinessKey>& sources) {
  const auto visit =
      std::ranges::find(sources, StickinessKey::Source::Visit, &StickinessKey::source);
  return visit == sources.end() ? std::string_view() : std::string_view(visit->name);
}

}  // namespace banyan::strangler
