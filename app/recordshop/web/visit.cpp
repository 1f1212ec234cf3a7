// SPDX-License-Identifier: Apache-2.0
#include "web/visit.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/binding/path_segments.hpp"
#include "banyan/http/cookie.hpp"
#include "banyan/kernel/hex.hpp"

namespace recordshop::web {
namespace {

namespace security = banyan::security;
using std::chrono::seconds;

constexpr std::string_view kSession = "shop_session";
constexpr std::string_view kBasket = "shop_basket";
constexpr std::string_view kFlash = "shop_flash";

constexpr seconds kMonth{30 * 24 * 60 * 60};
constexpr seconds kUntilNextPage{60};

// "cus_…-416461": the name's bytes go along, so that a page need not ask for it to greet.
std::string subject_of(const Visitor& visitor) {
  std::string subject = visitor.customer + '-';
  for (const char c : visitor.name) banyan::append_hex(subject, static_cast<unsigned char>(c), 2);
  return subject;
}

std::optional<Visitor> visitor_from(const std::string& subject) {
  const std::size_t dash = subject.find('-');
  if (dash == std::string::npos) return std::nullopt;
  Visitor visitor{subject.substr(0, dash), {}};
  for (std::size_t at = dash + 1; at + 1 < subject.size(); at += 2) {
    unsigned byte = 0;
    std::from_chars(subject.data() + at, subject.data() + at + 2, byte, 16);
    visitor.name += static_cast<char>(byte);
  }
  return visitor;
}

}  // namespace

std::string fresh_key(const banyan::Environment& environment) {
  std::string key = "web-";
  banyan::append_hex(key, environment.random.next(), 16);
  banyan::append_hex(key, environment.random.next(), 16);
  return key;
}

Visit::Visit(const banyan::http::Request& request, const banyan::Context& context,
             const banyan::Environment& environment, const security::Sessions& sessions)
    : request_(request),
      context_(context),
      environment_(environment),
      sessions_(sessions),
      query_(Form::of_query(request.head.target)),
      form_(Form::of_body(request)) {
  const auto& fields = request.head.fields;
  basket_ = Basket::from(banyan::http::cookie(fields, kBasket));
  flash_ = banyan::http::cookie(fields, kFlash);
  if (!flash_.empty()) forget(kFlash);
  const std::string token(banyan::http::cookie(fields, kSession));
  if (const auto session = sessions.find(token, environment.clock.now())) {
    session_ = token;
    visitor_ = visitor_from(session->subject);
  }
}

std::string_view Visit::segment(std::size_t n) const {
  const auto all = banyan::binding::path_segments(request_.head.target);
  return n < all.size() ? all[n] : std::string_view();
}

void Visit::keep(Basket basket) {
  if (basket.lines() != basket_.lines()) basket.order_by({});
  basket_ = std::move(basket);
  if (basket_.empty()) {
    forget(kBasket);
  } else {
    set_cookie(kBasket, basket_.cookie(), kMonth);
  }
}

std::string Visit::order_key() {
  if (!basket_.empty() && basket_.order_key().empty()) {
    basket_.order_by(fresh_key(environment_));
    keep(basket_);
  }
  return basket_.order_key();
}

void Visit::refused(std::string_view key) {
  if (basket_.order_key() == key) basket_.order_by({});
}

void Visit::tell_next(std::string_view name) { set_cookie(kFlash, name, kUntilNextPage); }

void Visit::sign_in(const Visitor& visitor) {
  visitor_ = visitor;
  begin(subject_of(visitor));
}

void Visit::sign_out() {
  visitor_.reset();
  begin("");
}

// A new one each time: who knew the session before must not know it now.
void Visit::begin(const std::string& subject) {
  session_ = sessions_.begin(subject, environment_.clock.now());
  set_cookie(kSession, session_, sessions_.lifetime());
}

std::string Visit::form_token() {
  if (session_.empty()) begin("");
  return sessions_.form_token(session_);
}

bool Visit::is_own_form() const {
  const auto& fields = request_.head.fields;
  const auto origin = fields.find("Origin");
  const auto host = fields.find("Host").value_or(std::string_view());
  if (origin && *origin != "null") {
    const std::size_t scheme = origin->find("://");
    if (scheme == std::string_view::npos || origin->substr(scheme + 3) != host) return false;
  }
  return !session_.empty() && sessions_.is_form_token(session_, form_.get("token"));
}

// Nobody tells the gateway; whoever makes it up has only his own cookies kept better.
bool Visit::by_tls() const {
  const auto& fields = request_.head.fields;
  return fields.find("Origin").value_or("").starts_with("https:") ||
         fields.find("Referer").value_or("").starts_with("https:") ||
         fields.find("X-Forwarded-Proto").value_or("") == "https";
}

void Visit::set_cookie(std::string_view name, std::string_view value, seconds age) {
  std::erase_if(cookies_, [&](const auto& cookie) { return cookie.first == name; });
  cookies_.emplace_back(name, security::session_cookie(name, value, age, by_tls()));
}

void Visit::forget(std::string_view name) {
  std::erase_if(cookies_, [&](const auto& cookie) { return cookie.first == name; });
  cookies_.emplace_back(name, security::forget_cookie(name, by_tls()));
}

void Visit::write_cookies(banyan::http::Response& response) const {
  for (const auto& [name, text] : cookies_) response.head.fields.add("Set-Cookie", text);
}

}  // namespace recordshop::web
