// SPDX-License-Identifier: Apache-2.0
#include "sticky_unit.hpp"

#include "http/cookie.hpp"
#include "http/list.hpp"

namespace banyan::strangler {
namespace {

/// Of whom a trusted proxy in front says that the request came: the last one that it added.
std::string_view client_address(const http::RequestHead& head, const http::Endpoint& peer,
                                bool peer_trusted) {
  if (!peer_trusted) return peer.host;
  std::string_view last;
  head.fields.each("X-Forwarded-For", [&](std::string_view value) { last = value; });
  last = http::trimmed(last.substr(last.rfind(',') + 1));
  return last.empty() ? std::string_view(peer.host) : last;
}

}  // namespace

std::string_view sticky_unit(const http::RequestHead& head, const http::Endpoint& peer,
                             bool peer_trusted, const std::vector<StickyUnit>& sources) {
  for (const StickyUnit& source : sources) {
    std::string_view unit;
    switch (source.source) {
      case StickyUnit::Source::Cookie: unit = http::cookie(head.fields, source.name); break;
      case StickyUnit::Source::Header: unit = head.fields.find(source.name).value_or(unit); break;
      case StickyUnit::Source::Address: break;
    }
    if (source.source == StickyUnit::Source::Address) break;
    if (!unit.empty()) return unit;
  }
  return client_address(head, peer, peer_trusted);
}

}  // namespace banyan::strangler
