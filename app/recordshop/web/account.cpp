// SPDX-License-Identifier: Apache-2.0
#include "web/account.hpp"

#include <utility>

#include "web/account_fields.hpp"

namespace recordshop::web {
namespace {

using banyan::Error;
using banyan::http::Response;
using customers::Customer;

constexpr std::string_view kTooManyAttempts = "customers.too_many_attempts";

/// What was typed is shown again after a refusal; a password is not.
Html typed(const Visit& visit, Field of) {
  if (of.type != "password") of.value = visit.form().get(of.name);
  return field(of);
}

/// RFC 6585, 4: whoever is told that it was too often may be told when it is not.
void say_when_again(Response& page) {
  if (page.head.status == 429) page.head.fields.add("Retry-After", "60");
}

Html sign_in_form(Visit& visit, const std::string& back) {
  return post_form(
      visit, "panel", "/shop/account",
      tag("h2", {}, "I have an account") + hidden("back", back) +
          typed(visit, {"email", "email", "E-mail", "email", "username"}) +
          typed(visit, {"password", "password", "Password", "password", "current-password"}) +
          tag("button", {{"type", "submit"}, {"class", "strong"}}, "Sign in"));
}

Html open_form(Visit& visit, const std::string& back, const std::string& key) {
  return post_form(
      visit, "panel", "/shop/accounts",
      tag("h2", {}, "I am new here") + hidden("back", back) + hidden("key", key) +
          typed(visit, {"new-name", "name", "Name", "text", "name"}) +
          typed(visit, {"new-email", "email", "E-mail", "email", "email"}) +
          typed(visit, {"new-password", "password", "Password, 8 characters or more", "password",
                        "new-password"}) +
          typed(visit, {"street", "street", "Street and number", "text", "street-address"}) +
          typed(visit, {"postal-code",
                        "postal_code",
                        "Postal code, where there is one",
                        "text",
                        "postal-code",
                        {},
                        false}) +
          typed(visit, {"city", "city", "City", "text", "address-level2"}) +
          country_field("country", visit.form().get("country")) +
          tag("button", {{"type", "submit"}, {"class", "strong"}}, "Open an account"));
}

Response show_sign_in(Visit& visit, const banyan::Environment& environment, const std::string& back,
                      const std::string& trouble, unsigned status) {
  Html main = tag("h1", {}, "Sign in");
  if (!trouble.empty()) {
    main += tag("div", {{"class", "trouble"}, {"role", "alert"}}, tag("p", {}, trouble));
  }
  std::string key = visit.form().get("key");
  if (!banyan::is_idempotency_key(key)) key = fresh_key(environment);
  main += tag("div", {{"class", "panels"}}, sign_in_form(visit, back), open_form(visit, back, key));
  Response page = show(
      visit, {.title = "Sign in", .main = std::move(main), .section = "account", .status = status});
  say_when_again(page);
  return page;
}

Html address_of(const Customer& customer) {
  if (!customer.address) return tag("p", {}, "We do not know yet where you live.");
  const auto& to = *customer.address;
  const Html br = void_element("br", {});
  const std::string code = to.postal_code.empty() ? "" : to.postal_code + " ";
  return tag("address", {}, to.recipient, br, to.street, br, code + to.city, br, to.country);
}

std::string words_for(const Error& error) {
  if (error.rule == "customers.wrong_credentials") {
    return "Nobody is known by this e-mail address and password.";
  }
  if (error.rule == "customers.email_taken") {
    return "There is an account with this e-mail address already. Sign in to it.";
  }
  if (error.rule == kTooManyAttempts) {
    return "Too many passwords were tried. Wait a minute, then try again.";
  }
  if (error.rule == "customers.bad_details") return wrong_fields(error);
  return "That could not be done just now. Try again in a moment.";
}

unsigned status_for(const Error& error) {
  if (error.rule == kTooManyAttempts) return 429;
  if (error.rule == "customers.wrong_credentials") return 403;
  return error.rule == "customers.bad_details" || error.rule == "customers.email_taken" ? 409 : 503;
}

void welcome(Visit& visit, const Customer& customer) {
  visit.sign_in({customer.id.str(), customer.name});
  visit.tell_next("signed_in");
}

}  // namespace

Response account_page_with(Modules& modules, Visit& visit, const Trouble& trouble,
                           unsigned status) {
  Html main = tag("h1", {}, "You are ", visit.visitor()->name);
  const auto id = customers::CustomerId::parse(visit.visitor()->customer);
  if (!id) return show_not_found(visit);
  const auto customer =
      answer(modules.customers.start(customers::GetCustomer{*id}, visit.context()));
  if (customer) {
    main += tag("p", {}, customer->email) + address_of(*customer);
    if (customer->credit == customers::Credit::OnHold) {
      main += tag("div", {{"class", "trouble"}},
                  tag("p", {}, "You cannot buy on invoice just now, only by card: ",
                      customer->credit_reason.value_or("ask us why"), "."));
    }
  } else {
    main += gap("What we know of you");
  }
  main += tag("p", {}, tag("a", {{"href", "/shop/orders"}}, "Your orders"));
  if (customer) {
    main += profile_forms(visit, *customer, trouble);
  } else if (!trouble.text.empty()) {
    main += tag("div", {{"class", "trouble"}, {"role", "alert"}}, tag("p", {}, trouble.text));
  }
  main += post_form(visit, "", "/shop/account/sign-out",
                    tag("button", {{"type", "submit"}}, "Sign out"));
  Response page = show(
      visit,
      {.title = "Your account", .main = std::move(main), .section = "account", .status = status});
  say_when_again(page);
  return page;
}

Response account_page(Modules& modules, Visit& visit, const banyan::Environment& environment) {
  if (!visit.visitor()) {
    return show_sign_in(visit, environment, local_path(visit.query().get("back")), {}, 200);
  }
  return account_page_with(modules, visit, {}, 200);
}

Response sign_in(Modules& modules, Visit& visit, const banyan::Environment& environment) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  const Form& form = visit.form();
  const auto customer = answer(modules.customers.start(
      customers::CheckPassword{form.get("email"), form.get("password")}, visit.context()));
  const std::string back = local_path(form.get("back"));
  if (!customer) {
    return show_sign_in(visit, environment, back, words_for(customer.error()),
                        status_for(customer.error()));
  }
  welcome(visit, *customer);
  return see_other(visit, back);
}

Response open_account(Modules& modules, Visit& visit, const banyan::Environment& environment) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  const Form& form = visit.form();
  customers::OpenAccount account;
  account.name = form.get("name");
  account.email = form.get("email");
  account.password = form.get("password");
  account.address =
      customers::Address{form.get("name"), form.get("street"), form.get("postal_code"),
                         form.get("city"), form.get("country")};
  std::string key = form.get("key");
  if (!banyan::is_idempotency_key(key)) key = fresh_key(environment);
  const auto customer =
      answer(modules.customers.start(account, visit.context().with_key(std::move(key))));
  const std::string back = local_path(form.get("back"));
  if (!customer) {
    return show_sign_in(visit, environment, back, words_for(customer.error()),
                        status_for(customer.error()));
  }
  welcome(visit, *customer);
  return see_other(visit, back);
}

Response sign_out(Modules& /*modules*/, Visit& visit) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  visit.sign_out();
  visit.tell_next("signed_out");
  return see_other(visit, "/");
}

}  // namespace recordshop::web
