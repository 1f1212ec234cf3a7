// SPDX-License-Identifier: Apache-2.0
#include "banyan/security/sessions.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace banyan::security {
namespace {

constexpr std::string_view kSession = "banyan session 1";
constexpr std::string_view kForm = "banyan form 1";

/// "<random>.<when it ends, in microseconds>.<subject>" and then ".<mac>": neither the first two
/// nor the mac have a dot in them. The subject is of the application's own making, and a cookie
/// holds it as it is.
constexpr bool may_be_in_a_cookie(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

std::string Sessions::begin(std::string_view subject, Timestamp now) const {
  for (const char c : subject) {
    if (!may_be_in_a_cookie(c)) {
      throw std::invalid_argument("a session's subject has letters, digits, '_' and '-' only");
    }
  }
  const auto ends = now.micros + std::chrono::microseconds(lifetime_).count();
  const std::string text = random_token() + '.' + std::to_string(ends) + '.' + std::string(subject);
  return text + '.' + mac_of(key_, kSession, text);
}

std::optional<Session> Sessions::find(std::string_view token, Timestamp now) const {
  const std::size_t mac = token.rfind('.');
  if (mac == std::string_view::npos) return std::nullopt;
  const std::string_view text = token.substr(0, mac);
  if (!same_secret(mac_of(key_, kSession, text), token.substr(mac + 1))) return std::nullopt;
  // From here on it is text of our own.
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  Session session{std::string(text.substr(second + 1)), {}};
  std::from_chars(text.data() + first + 1, text.data() + second, session.ends_at.micros);
  if (session.ends_at <= now) return std::nullopt;
  return session;
}

std::string Sessions::form_token(std::string_view token) const {
  return mac_of(key_, kForm, token);
}

bool Sessions::is_form_token(std::string_view token, std::string_view sent) const {
  return same_secret(form_token(token), sent);
}

namespace {

std::string cookie(std::string_view name, std::string_view value, std::int64_t seconds,
                   bool secure) {
  std::string text(name);
  text += '=';
  text += value;
  text += "; Path=/; Max-Age=" + std::to_string(seconds) + "; HttpOnly; SameSite=Lax";
  if (secure) text += "; Secure";
  return text;
}

}  // namespace

std::string session_cookie(std::string_view name, std::string_view token,
                           std::chrono::seconds lifetime, bool secure) {
  return cookie(name, token, lifetime.count(), secure);
}

std::string forget_cookie(std::string_view name, bool secure) {
  return cookie(name, "", 0, secure);
}

std::optional<std::string> cookie_value(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const std::size_t end = std::min(field.find(';'), field.size());
    std::string_view pair = field.substr(0, end);
    field.remove_prefix(std::min(end + 1, field.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    while (pair.ends_with(' ')) pair.remove_suffix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

}  // namespace banyan::security
