// SPDX-License-Identifier: Apache-2.0
#include "web/profile.hpp"

#include <charconv>

#include "web/account.hpp"
#include "web/account_fields.hpp"

namespace recordshop::web {
namespace {

using banyan::Error;
using banyan::http::Response;
using customers::Customer;

Html words_of(const Trouble& trouble, std::string_view form) {
  if (trouble.form != form) return {};
  return tag("div", {{"class", "trouble"}, {"role", "alert"}}, tag("p", {}, trouble.text));
}

Html address_form(Visit& visit, const Customer& customer, const Trouble& trouble) {
  const bool again = trouble.form == "address";
  const customers::Address known = customer.address.value_or(customers::Address{});
  const auto value = [&](std::string_view name, const std::string& now) {
    return again ? visit.form().get(name) : now;
  };
  return post_form(
      visit, "panel", "/shop/account/address",
      tag("h2", {}, "Where parcels go") + words_of(trouble, "address") +
          hidden("version", std::to_string(customer.version)) +
          field({"recipient", "recipient", "Recipient", "text", "name",
                 value("recipient", customer.address ? known.recipient : customer.name)}) +
          field({"street", "street", "Street and number", "text", "street-address",
                 value("street", known.street)}) +
          field({"postal-code", "postal_code", "Postal code, where there is one", "text",
                 "postal-code", value("postal_code", known.postal_code), false}) +
          field({"city", "city", "City", "text", "address-level2", value("city", known.city)}) +
          country_field("country", value("country", known.country)) +
          tag("button", {{"type", "submit"}}, "Change the address"));
}

Html password_form(Visit& visit, const Customer& customer, const Trouble& trouble) {
  return post_form(
      visit, "panel", "/shop/account/password",
      tag("h2", {}, "Password") + words_of(trouble, "password") +
          // For programs that keep passwords: whose it is.
          void_element("input", {{"type", "email"},
                                 {"autocomplete", "username"},
                                 {"value", customer.email},
                                 {"hidden", true},
                                 {"readonly", true}}) +
          field({"current", "current", "The one until now", "password", "current-password"}) +
          field({"new-password", "password", "The new one, 8 characters or more", "password",
                 "new-password"}) +
          tag("button", {{"type", "submit"}}, "Change the password"));
}

std::string words_for(const Error& error) {
  if (error.rule == "customers.changed_meanwhile") {
    return "Your account was changed meanwhile, maybe in another window, so nothing was changed "
           "now."
           " Look at what stands above, and send this again if it is still right.";
  }
  if (error.rule == "customers.wrong_credentials") return "That is not your password until now.";
  if (error.rule == "customers.bad_details") return wrong_fields(error);
  if (error.rule == "customers.too_many_attempts") {
    return "Too many passwords were tried. Nothing was changed: wait a minute, then try again.";
  }
  if (error.rule == "customers.account_closed") return "Your account is closed.";
  if (error.rule.starts_with("customers.")) {
    return "That could not be done just now. Nothing was changed: try again in a moment.";
  }
  // Whoever does not answer in time may have done it.
  return "There was no answer, so it is not known whether that was done. Look at your account in a "
         "moment, before you try it again.";
}

// What the form said of the version that was looked at has got lost on the way.
constexpr std::string_view kUnreadable =
    "The form did not come whole, so nothing was changed. Look at what stands above, and send this "
    "again if it is still right.";

unsigned status_for(const Error& error) {
  if (error.rule == "customers.too_many_attempts") return 429;
  if (error.rule == "customers.wrong_credentials") return 403;
  return error.rule.starts_with("customers.") && error.rule != "customers.too_busy" ? 409 : 503;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Asks for a change of the visitor's own account, and shows what came of it.
template <class Op>
Response change(Modules& modules, Visit& visit, Op wanted, std::string_view form,
                std::string_view done) {
  const auto changed = answer(modules.customers.start(wanted, visit.context()));
  if (!changed) {
    return account_page_with(modules, visit, {form, words_for(changed.error())},
                             status_for(changed.error()));
  }
  visit.tell_next(done);
  return see_other(visit, "/shop/account");
}

}  // namespace

Html profile_forms(Visit& visit, const Customer& customer, const Trouble& trouble) {
  return tag("div", {{"class", "panels"}}, address_form(visit, customer, trouble),
             password_form(visit, customer, trouble));
}

Response change_address(Modules& modules, Visit& visit) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  const auto id = visit.visitor() ? customers::CustomerId::parse(visit.visitor()->customer)
                                  : std::optional<customers::CustomerId>();
  if (!id) return see_other(visit, "/shop/account");
  const Form& form = visit.form();
  // Without it the write would be one over whatever was changed meanwhile.
  const auto version = number_of(form.get("version"));
  if (!version) {
    constexpr unsigned kBadRequest = 400;
    return account_page_with(modules, visit, {"address", std::string(kUnreadable)}, kBadRequest);
  }
  return change(
      modules, visit,
      customers::ChangeAddress{*id,
                               {form.get("recipient"), form.get("street"), form.get("postal_code"),
                                form.get("city"), form.get("country")},
                               version},
      "address", "address_changed");
}

Response change_password(Modules& modules, Visit& visit) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  const auto id = visit.visitor() ? customers::CustomerId::parse(visit.visitor()->customer)
                                  : std::optional<customers::CustomerId>();
  if (!id) return see_other(visit, "/shop/account");
  customers::ChangePassword wanted;
  wanted.id = *id;
  if (!visit.form().get("current").empty()) wanted.current = visit.form().get("current");
  wanted.password = visit.form().get("password");
  return change(modules, visit, std::move(wanted), "password", "password_changed");
}

}  // namespace recordshop::web
