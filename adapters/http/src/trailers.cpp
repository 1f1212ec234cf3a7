// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "banyan/http/message.hpp"

namespace banyan::http {
namespace {

constexpr auto kNever = std::to_array<std::string_view>(
    {// Framing and routing.
     "Trailer", "Host", "Max-Forwards", "X-Original-URL", "X-Rewrite-URL",
     // Modifiers of the request.
     "Cache-Control", "Pragma", "Expect", "Range", "Origin", "X-HTTP-Method",
     "X-HTTP-Method-Override", "X-Method-Override",
     // Authentication.
     "Authorization", "WWW-Authenticate", "Cookie", "Set-Cookie", "X-Api-Key",
     // Controls of the response.
     "Age", "Date", "Expires", "Location", "Retry-After", "Vary", "Warning", "Alt-Svc",
     "Clear-Site-Data", "Refresh", "Strict-Transport-Security"});
/// Negotiation, conditions, what the content is, and families of the above.
constexpr auto kFamilies = std::to_array<std::string_view>(
    {"Accept", "Access-Control-", "Content-", "If-", "Proxy-", "Sec-"});

}  // namespace

bool may_be_trailer(std::string_view name) noexcept {
  if (equals_ignoring_case(name, "Content-Digest")) return true;
  if (kHopByHopFields.contains(known_field(name))) return false;
  const auto is_it = [&](std::string_view each) { return equals_ignoring_case(name, each); };
  const auto begins = [&](std::string_view family) { return begins_ignoring_case(name, family); };
  return std::ranges::none_of(kNever, is_it) && std::ranges::none_of(kFamilies, begins);
}

}  // namespace banyan::http
