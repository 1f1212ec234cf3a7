// SPDX-License-Identifier: Apache-2.0
#include "operator_guard.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/http/loopback.hpp"
#include "banyan/security/secret_key.hpp"

namespace banyan::serving {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool reads(const http::RequestHead& head) { return head.method == "GET" || head.method == "HEAD"; }

/// "http://HOST" and "https://HOST" of the same host as the request's (RFC 6454). Programs send
/// none.
bool of_another_origin(const http::RequestHead& head) {
  const auto site = head.fields.find("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none") return true;
  const auto origin = head.fields.find("Origin");
  if (!origin) return false;
  const std::size_t scheme = origin->find("://");
  if (scheme == std::string_view::npos) return true;
  return origin->substr(scheme + 3) != head.fields.find("Host").value_or(std::string_view());
}

bool has_token(const http::RequestHead& head, std::string_view token) {
  const std::string_view said = head.fields.find("Authorization").value_or(std::string_view());
  return said.starts_with(kBearer) && security::same_secret(said.substr(kBearer.size()), token);
}

/// What proxies say that pass on a request of somebody else's.
bool passed_on(const http::RequestHead& head) {
  return std::ranges::any_of(
      std::to_array<std::string_view>({"X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"}),
      [&](std::string_view field) { return head.fields.contains(field); });
}

}  // namespace

bool OperatorGuard::use(std::string token) {
  const std::lock_guard lock(mutex_);
  return std::exchange(token_, std::move(token)) != token_;
}

std::string OperatorGuard::token() const {
  const std::lock_guard lock(mutex_);
  return token_;
}

std::optional<Error> OperatorGuard::refusal(const Listener& listener, const http::RequestHead& head,
                                            bool open) const {
  if (!listener.operators) {
    return Error{ErrorCode::NotFound,
                 "banyan.no_operators_here",
                 "the operators' pages are not served on this address",
                 {}};
  }
  if (!reads(head) && of_another_origin(head)) {
    return Error{ErrorCode::PermissionDenied,
                 "banyan.foreign_origin",
                 "a page of another site cannot change anything here",
                 {}};
  }
  if (listener.clients && passed_on(head)) {
    return Error{ErrorCode::PermissionDenied,
                 "banyan.operators_behind_a_proxy",
                 "a proxy has passed this request on, so nobody knows whether it came from this "
                 "machine; give the operators' pages an address of their own: operators in [proxy]",
                 {}};
  }
  const std::string token = this->token();
  if (listener.of_this_machine() && (!listener.clients || token.empty())) {
    if (http::names_loopback(head.fields.find("Host").value_or(std::string_view()))) {
      return std::nullopt;
    }
    return Error{ErrorCode::PermissionDenied,
                 "banyan.foreign_host",
                 "call the operators' pages by 127.0.0.1 or localhost",
                 {}};
  }
  if (open || (!token.empty() && has_token(head, token))) return std::nullopt;
  if (!token.empty() && head.fields.contains("Authorization")) {
    return Error{ErrorCode::Unauthenticated,
                 "banyan.wrong_operators_token",
                 "that is not the operators' token; it is the one line of operators_token_file in "
                 "[proxy], as it was when that was read last, said as Authorization: Bearer TOKEN",
                 {}};
  }
  return Error{ErrorCode::Unauthenticated,
               "banyan.no_operators_token",
               token.empty()
                   ? "off this machine operators need a token; say with operators_token_file in "
                     "[proxy] which file has it"
                   : "send the operators' token: Authorization: Bearer TOKEN, or banyan "
                     "--token-file FILE",
               {}};
}

}  // namespace banyan::serving
