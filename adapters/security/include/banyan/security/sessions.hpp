// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/clock.hpp"
#include "banyan/security/secret_key.hpp"

/// Who a browser is, from one request to the next, and that a form was meant.
namespace banyan::security {

struct Session {
  std::string subject;  ///< who signed in; "" is a visitor
  Timestamp ends_at;
  friend bool operator==(const Session&, const Session&) = default;
};

/// Sessions that are kept by the browsers themselves: a signed token says all, so every process
/// with the key knows them, also after a restart. The price is that one cannot be ended before its
/// time but in the browser; keep the lifetime short. Safe for concurrent use.
class Sessions {
 public:
  Sessions(const SecretKey& key, std::chrono::seconds lifetime) : key_(key), lifetime_(lifetime) {}

  /// A new token, another one every time. Begin one for a visitor ("") too: it gives forms
  /// something to be bound to. Begin a new one when somebody signs in or out.
  std::string begin(std::string_view subject, Timestamp now) const;

  /// Nothing when the token was not made here, or its time is over.
  std::optional<Session> find(std::string_view token, Timestamp now) const;

  /// What a form of this session carries in a hidden field: no other site can know it.
  std::string form_token(std::string_view token) const;
  bool is_form_token(std::string_view token, std::string_view sent) const;

  std::chrono::seconds lifetime() const { return lifetime_; }

 private:
  SecretKey key_;
  std::chrono::seconds lifetime_;
};

/// Set-Cookie for a token: HttpOnly, SameSite=Lax, for the whole site; `secure`: over TLS only.
std::string session_cookie(std::string_view name, std::string_view token,
                           std::chrono::seconds lifetime, bool secure);
/// Set-Cookie that makes the browser forget it.
std::string forget_cookie(std::string_view name, bool secure);
/// The value of a cookie in a request's Cookie field (RFC 6265 §4.2), the first of that name.
std::optional<std::string> cookie_value(std::string_view field, std::string_view name);

}  // namespace banyan::security
