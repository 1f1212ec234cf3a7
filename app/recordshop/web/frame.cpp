// SPDX-License-Identifier: Apache-2.0
#include "web/frame.hpp"

#include <array>
#include <utility>

#include "web/assets.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

using banyan::http::Response;

// Nothing of other sites, nothing inside of the page itself: what slipped into it would not run.
constexpr std::string_view kPolicy =
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string_view flash_text(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTexts{
      {{"added", "It is in your basket."},
       {"basket_full", "Your basket is full. Order what is in it first."},
       {"changed", "Your basket is changed."},
       {"ordered", "Thank you. Your order is placed."},
       {"cancelled", "Your order is given up."},
       {"cannot_cancel", "This order can no longer be cancelled."},
       {"returned", "We are having your order fetched."},
       {"cannot_return", "This order cannot be sent back just now."},
       {"address_changed", "Your address is changed."},
       {"password_changed", "Your password is changed."},
       {"signed_in", "You are signed in."},
       {"signed_out", "You are signed out."}}};
  for (const auto& [known, text] : kTexts) {
    if (known == name) return text;
  }
  return {};
}

Html head_of(const Page& page) {
  const std::string title = page.title.empty() ? "Record Shop" : page.title + " · Record Shop";
  return tag("head", {}, void_element("meta", {{"charset", "utf-8"}}),
             void_element("meta", {{"name", "viewport"},
                                   {"content", "width=device-width, initial-scale=1"}}),
             void_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}),
             tag("title", {}, title),
             void_element("link", {{"rel", "icon"}, {"href", asset_url("logo.svg")}}),
             void_element("link", {{"rel", "stylesheet"}, {"href", asset_url("shop.css")}}),
             script_from(asset_url("shop.js")));
}

Html nav_link(const Page& page, const std::string& section, const std::string& href,
              const Html& text) {
  if (page.section == section) {
    return tag("a", {{"href", href}, {"aria-current", "page"}}, text);
  }
  return tag("a", {{"href", href}}, text);
}

Html header_of(const Visit& visit, const Page& page) {
  const std::int64_t copies = visit.basket().copies();
  const Html account = visit.visitor() ? Html(visit.visitor()->name) : Html("Sign in");
  return tag(
      "header", {{"class", "top"}},
      tag("div", {{"class", "bar"}},
          tag("a", {{"class", "brand"}, {"href", "/"}},
              void_element(
                  "img",
                  {{"src", asset_url("logo.svg")}, {"alt", ""}, {"width", "34"}, {"height", "34"}}),
              tag("span", {}, "Record Shop")),
          tag("form",
              {{"class", "search"},
               {"role", "search"},
               {"action", "/shop/search"},
               {"method", "get"}},
              tag("label", {{"class", "hidden"}, {"for", "search-text"}},
                  "Search albums, tracks and artists"),
              void_element("input", {{"id", "search-text"},
                                     {"type", "search"},
                                     {"name", "text"},
                                     {"value", visit.query().get("text")},
                                     {"placeholder", "Albums, tracks, artists"},
                                     {"autocomplete", "off"},
                                     {"maxlength", "200"}}),
              tag("button", {{"type", "submit"}}, "Search")),
          tag("nav", {{"aria-label", "Shop"}}, nav_link(page, "albums", "/shop/albums", "Albums"),
              nav_link(page, "orders", "/shop/orders", "Orders"),
              nav_link(page, "account", "/shop/account", account),
              nav_link(
                  page, "basket", "/shop/basket",
                  Html("Basket ") +
                      tag("span", {{"id", "basket-count"}, {"class", "count"}},
                          std::to_string(copies)) +
                      tag("span", {{"class", "hidden"}}, copies == 1 ? " copy" : " copies")))));
}

Html footer_of() {
  return tag("footer", {{"class", "bottom"}},
             tag("p", {}, "An example shop: nothing is sold here, and nothing is sent."),
             tag("nav", {{"aria-label", "About"}}, tag("a", {{"href", "/about"}}, "What this is"),
                 tag("a", {{"href", "/openapi.json"}}, "The API")));
}

void protect(Response& response) {
  auto& fields = response.head.fields;
  fields.add("Content-Security-Policy", kPolicy);
  fields.add("X-Content-Type-Options", "nosniff");
  fields.add("Referrer-Policy", "same-origin");
  fields.add("Cross-Origin-Opener-Policy", "same-origin");
  fields.add("Cache-Control", "no-store");
}

}  // namespace

Response show(Visit& visit, Page page) {
  const Html flash(flash_text(visit.flash()));
  const Html body =
      tag("a", {{"class", "skip"}, {"href", "#main"}}, "Skip to the content") +
      header_of(visit, page) +
      tag("main", {{"id", "main"}, {"tabindex", "-1"}},
          tag("div", {{"id", "flash"}, {"role", "status"}, {"class", "flash"}}, flash), page.main) +
      footer_of();
  Response response;
  response.head.status = page.status;
  response.head.fields.add("Content-Type", "text/html; charset=utf-8");
  protect(response);
  visit.write_cookies(response);
  response.body =
      "<!doctype html>" + tag("html", {{"lang", "en"}}, head_of(page), tag("body", {}, body)).str();
  return response;
}

Response see_other(const Visit& visit, const std::string& path) {
  Response response;
  response.head.status = 303;
  response.head.fields.add("Location", path);
  protect(response);
  visit.write_cookies(response);
  return response;
}

Response show_problem(Visit& visit, unsigned status, std::string_view title,
                      std::string_view text) {
  return show(
      visit,
      {.title = std::string(title),
       .main = tag("section", {{"class", "problem"}}, tag("h1", {}, title), tag("p", {}, text),
                   tag("p", {},
                       tag("a", {{"class", "button"}, {"href", "/"}}, "To the start of the shop"))),
       .section = {},
       .status = status});
}

Response show_not_found(Visit& visit) {
  return show_problem(visit, 404, "There is no such page",
                      "It may have been mistyped, or what it showed is gone.");
}

Response show_foreign_form(Visit& visit) {
  return show_problem(visit, 403, "This form is out of date",
                      "Nothing was changed. Go back, load the page anew, and try it once more. Your"
                      " browser must keep the shop's cookies meanwhile.");
}

Html gap(std::string_view what) {
  return tag("div", {{"class", "gap"}},
             tag("p", {}, what,
                 " cannot be shown just now. The rest of the shop is open; try again"
                 " in a moment."));
}

Html hidden(std::string_view name, std::string_view value) {
  return void_element("input", {{"type", "hidden"}, {"name", name}, {"value", value}});
}

Html post_form(Visit& visit, std::string_view css_class, const std::string& action,
               const Html& content) {
  return tag("form", {{"class", css_class}, {"method", "post"}, {"action", action}},
             hidden("token", visit.form_token()), content);
}

Html more_link(const std::string& href) {
  if (href.empty()) return {};
  return tag("p", {{"class", "more"}},
             tag("a", {{"class", "button"}, {"rel", "next"}, {"href", href}}, "Show more"));
}

}  // namespace recordshop::web
