// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "http/message.hpp"

namespace banyan::http {
namespace {

constexpr NameSet kFramingAndRouting(std::to_array<std::string_view>(
    {"Trailer", "Host", "Max-Forwards", "X-Original-URL", "X-Rewrite-URL"}));
constexpr NameSet kRequestModifiers(std::to_array<std::string_view>(
    {"Cache-Control", "Pragma", "Expect", "Range", "Origin", "X-HTTP-Method",
     "X-HTTP-Method-Override", "X-Method-Override"}));
constexpr NameSet kAuthentication(std::to_array<std::string_view>(
    {"Authorization", "WWW-Authenticate", "Cookie", "Set-Cookie", "X-Api-Key"}));
constexpr NameSet kResponseControls(std::to_array<std::string_view>(
    {"Age", "Date", "Expires", "Location", "Retry-After", "Vary", "Warning", "Alt-Svc",
     "Clear-Site-Data", "Refresh", "Strict-Transport-Security"}));
/// Negotiation, conditions, what the content is, and families of the above.
constexpr auto kFamilies = std::to_array<std::string_view>(
    {"Accept", "Access-Control-", "Content-", "If-", "Proxy-", "Sec-"});

}  // namespace

bool may_be_trailer(std::string_view name) noexcept {
  if (equals_ignoring_case(name, "Content-Digest")) return true;
  if (kHopByHopFields.contains(name) || kFramingAndRouting.contains(name) ||
      kRequestModifiers.contains(name) || kAuthentication.contains(name) ||
      kResponseControls.contains(name)) {
    return false;
  }
  return std::ranges::none_of(kFamilies, [&](std::string_view family) {
    return equals_ignoring_case(name.substr(0, family.size()), family);
  });
}

}  // namespace banyan::http
