// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/message.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/security/sessions.hpp"
#include "web/basket.hpp"
#include "web/form.hpp"

namespace recordshop::web {

/// An idempotency key for a form that makes something: sent twice, it makes one.
std::string fresh_key(const banyan::Environment& environment);

/// Who has signed in.
struct Visitor {
  std::string customer;  ///< the id of an account
  std::string name;      ///< to greet with
};

/// One request of a browser: what it asks for, what it brings along in cookies, and what it is told
/// to keep. The cookies are for this shop only, out of reach of scripts, and not sent along by
/// forms of other sites (SameSite=Lax).
class Visit {
 public:
  /// All of them must outlive the visit.
  Visit(const banyan::http::Request& request, const banyan::Context& context,
        const banyan::Environment& environment, const banyan::security::Sessions& sessions);

  const banyan::http::Request& request() const { return request_; }
  const banyan::Context& context() const { return context_; }
  const Form& query() const { return query_; }
  const Form& form() const { return form_; }
  /// The path's n-th segment from 0, as it stands in the target ("/shop/albums/alb_…" has three).
  std::string_view segment(std::size_t n) const;

  const Basket& basket() const { return basket_; }
  /// One with other lines is another order: it has no key of an order yet.
  void keep(Basket basket);
  /// Of an order of the basket as it is: the same on every page, until it is kept with other lines
  /// or refused. "" when there is nothing in it.
  std::string order_key();
  /// Orders has refused what was sent under `key`, and will: the next try is another order.
  void refused(std::string_view key);

  /// A message for the page that is shown next, by its name (see flash_text() in frame.hpp).
  const std::string& flash() const { return flash_; }
  void tell_next(std::string_view name);

  const std::optional<Visitor>& visitor() const { return visitor_; }
  void sign_in(const Visitor& visitor);
  void sign_out();

  /// For a hidden field of each form: only who has seen a page of this visit knows it.
  std::string form_token();
  /// The form comes from a page of this visit. Where the browser says from which site it comes,
  /// that must be this one as well.
  bool is_own_form() const;

  /// Puts the cookies into the answer.
  void write_cookies(banyan::http::Response& response) const;

 private:
  void begin(const std::string& subject);
  void set_cookie(std::string_view name, std::string_view value, std::chrono::seconds age);
  void forget(std::string_view name);
  bool by_tls() const;

  const banyan::http::Request& request_;
  const banyan::Context& context_;
  const banyan::Environment& environment_;
  const banyan::security::Sessions& sessions_;
  Form query_;
  Form form_;
  Basket basket_;
  std::string flash_;
  std::string session_;  ///< its token; "" when there is none yet
  std::optional<Visitor> visitor_;
  std::vector<std::pair<std::string, std::string>> cookies_;  ///< to be set, by name
};

}  // namespace recordshop::web
