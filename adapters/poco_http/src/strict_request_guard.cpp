// SPDX-License-Identifier: Apache-2.0
#include "strict_request_guard.hpp"

#include <string>

#include "head_bytes.hpp"

namespace banyan::poco_http {

std::optional<http::Refusal> StrictRequestGuard::refusal_of(const Poco::Net::HTTPRequest& request) {
  const auto bytes = head_bytes(request);
  if (!bytes) return bytes.error();
  const http::Step step = parser_.step(*bytes);
  if (step.kind == http::Step::Kind::Refused) return parser_.refusal();
  // A head that is not all of these bytes, or no whole one, is not what Poco has read.
  if (step.kind != http::Step::Kind::Head || step.consumed != bytes->size()) {
    return http::Refusal{400, "http.bad_request_line", "the head of the request is not one head"};
  }
  const std::string& method = parser_.head().method;
  const bool usually_has_body = method == "POST" || method == "PUT" || method == "PATCH";
  if (usually_has_body && parser_.framing().kind == http::Framing::Kind::None) {
    return http::Refusal{411, "http.no_length",
                         method + " needs a Content-Length or chunks; 0 when there is no body"};
  }
  return std::nullopt;
}

}  // namespace banyan::poco_http
