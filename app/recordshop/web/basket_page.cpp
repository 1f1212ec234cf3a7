// SPDX-License-Identifier: Apache-2.0
#include "web/basket_page.hpp"

#include <charconv>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "web/basket_view.hpp"
#include "web/ordering.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

using banyan::http::Response;
using catalog::Track;
using catalog::TrackId;

Html copies_field(Visit& visit, const Basket::Line& line, const std::string& title) {
  const std::string id = "copies-" + line.track.str();
  return post_form(visit, "copies quiet", "/shop/basket",
                   hidden("track", line.track.str()) + hidden("back", "/shop/basket") +
                       tag("label", {{"class", "hidden"}, {"for", id}}, "Copies of ", title) +
                       void_element("input", {{"id", id},
                                              {"type", "number"},
                                              {"name", "copies"},
                                              {"value", std::to_string(line.copies)},
                                              {"min", "0"},
                                              {"max", std::to_string(Basket::kMostCopies)},
                                              {"inputmode", "numeric"}}) +
                       tag("button", {{"type", "submit"}}, "Change",
                           tag("span", {{"class", "hidden"}}, " the copies of ", title)));
}

Html remove_form(Visit& visit, const TrackId& track, const std::string& title) {
  return post_form(visit, "remove quiet", "/shop/basket",
                   hidden("track", track.str()) + hidden("copies", "0") +
                       hidden("back", "/shop/basket") +
                       tag("button", {{"type", "submit"}, {"class", "plain"}}, "Remove",
                           tag("span", {{"class", "hidden"}}, " ", title)));
}

Html way_to_pay(std::string_view word, std::string_view label, std::string_view note, bool chosen,
                bool possible) {
  const std::string id = "pay-" + std::string(word);
  return tag("div", {{"class", "choice"}},
             void_element("input", {{"type", "radio"},
                                    {"name", "method"},
                                    {"id", id},
                                    {"value", word},
                                    {"required", true},
                                    {"checked", chosen},
                                    {"disabled", !possible},
                                    {"aria-describedby", id + "-note"}}),
             tag("label", {{"for", id}}, label),
             tag("span", {{"class", "note"}, {"id", id + "-note"}}, note));
}

Html ways_to_pay(const BasketView& view, std::string_view chosen) {
  const bool by_invoice = chosen == "invoice" && view.on_invoice;
  return tag("fieldset", {{"class", "pay"}}, tag("legend", {}, "How do you want to pay?"),
             way_to_pay("card", "By card", "With the card that our payment provider knows you by.",
                        !by_invoice, true),
             way_to_pay("invoice", "On invoice",
                        view.on_invoice ? "You get an invoice with the parcel, up to 1,000.00."
                                        : "Not just now: your account says why.",
                        by_invoice, view.on_invoice));
}

Html price_of(const Basket::Line& line, const Track& track, const PricesSeen& seen) {
  const auto before = seen.find(line.track);
  Html note;
  if (before != seen.end() && before->second != track.price) {
    note = tag("span", {{"class", "was"}}, "now ", price_text(track.price), " each, not ",
               price_text(before->second));
  }
  return price_text({track.price.minor_units * line.copies, track.price.currency}) + note;
}

Html basket_row(Visit& visit, const Basket::Line& line, const BasketView& view,
                const PricesSeen& seen) {
  const auto track = view.tracks.find(line.track);
  const bool known = track != view.tracks.end();
  const std::string title = known            ? track->second.title
                            : view.catalogue ? std::string("No longer sold")
                                             : std::string("A track");
  Html note;
  const auto there = view.available.find(line.track);
  if (there != view.available.end() && there->second < line.copies) {
    note = tag("span", {{"class", "stock none"}},
               there->second == 0 ? "Sold out" : "Only " + std::to_string(there->second) + " left");
  }
  Html name = tag("span", {{"class", "title"}}, title);
  if (known) {
    name = tag("a", {{"class", "title"}, {"href", "/shop/albums/" + track->second.album.str()}},
               title) +
           tag("span", {{"class", "composer"}}, track->second.artist);
  }
  return tag(
      "li", {{"class", "track line"}}, tag("span", {{"class", "name"}}, name), note,
      copies_field(visit, line, title),
      tag("span", {{"class", "price"}}, known ? price_of(line, track->second, seen) : Html("–")),
      remove_form(visit, line.track, title));
}

Html total_of(const Basket& basket, const BasketView& view) {
  std::map<std::string, std::int64_t> sums;
  for (const Basket::Line& line : basket.lines()) {
    const auto track = view.tracks.find(line.track);
    if (track == view.tracks.end()) continue;
    sums[track->second.price.currency] += track->second.price.minor_units * line.copies;
  }
  std::string text;
  for (const auto& [currency, sum] : sums) {
    text += (text.empty() ? "" : " + ") + price_text({sum, currency});
  }
  return tag("p", {{"class", "total"}}, "Total ", tag("strong", {}, text));
}

Html order_form(Visit& visit, const std::string& key, const BasketView& view,
                const NotPlaced& before) {
  const std::string_view url = "/shop/orders";
  if (before.next == Next::LookAtOrders) {
    return tag("p", {},
               tag("a", {{"class", "button strong"}, {"href", url}}, "Look at your orders"));
  }
  const bool again = before.next == Next::SameAgain;
  // Another price or method would make it another order, under the key of this one.
  const Html how =
      again ? seen_fields(before.seen) + hidden("method", before.method) +
                  tag("p", {},
                      before.method == "invoice" ? "You pay on invoice." : "You pay by card.")
            : seen_fields(prices_shown(view)) + ways_to_pay(view, before.method);
  return post_form(visit, "order", std::string(url),
                   hidden("key", key) + how +
                       tag("button", {{"type", "submit"}, {"class", "strong"}},
                           again ? "Send the same order again" : "Order now") +
                       tag("p", {{"class", "note"}}, "As ", visit.visitor()->name,
                           ". You pay the prices that you see here, and tax."));
}

}  // namespace

Response show_basket(Modules& modules, Visit& visit, const std::string& key,
                     const NotPlaced& before) {
  const Html title = tag("h1", {}, "Your basket");
  Html main;
  if (!before.trouble.empty()) {
    main += tag("div", {{"class", "trouble"}, {"role", "alert"}}, tag("p", {}, before.trouble));
  }
  if (visit.basket().empty()) {
    main += tag("p", {}, "It is empty. ", tag("a", {{"href", "/shop/albums"}}, "Look around"), "!");
    return show(visit, {.title = "Your basket",
                        .main = title + tag("div", {{"id", "basket"}}, main),
                        .section = "basket",
                        .status = before.status});
  }
  BasketView view = look_up(modules, visit);
  if (before.next == Next::SameAgain) {
    for (const auto& [id, price] : before.seen) {
      const auto track = view.tracks.find(id);
      if (track != view.tracks.end()) track->second.price = price;
    }
  }
  if (!view.catalogue) main += gap("Titles and prices");
  main += tag("ul", {{"class", "tracks"}, {"role", "list"}},
              each(visit.basket().lines(),
                   [&](const auto& line) { return basket_row(visit, line, view, before.seen); }));
  if (view.catalogue) main += total_of(visit.basket(), view);
  if (visit.visitor()) {
    main += order_form(visit, key, view, before);
  } else {
    main += tag("p", {},
                tag("a",
                    {{"class", "button strong"},
                     {"href", "/shop/account" + query_of({{"back", "/shop/basket"}})}},
                    "Sign in to order"));
  }
  return show(visit, {.title = "Your basket",
                      .main = title + tag("div", {{"id", "basket"}}, main),
                      .section = "basket",
                      .status = before.status});
}

Response basket_page(Modules& modules, Visit& visit) {
  return show_basket(modules, visit, visit.order_key(), {});
}

Response change_basket(Modules& /*modules*/, Visit& visit) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  const auto track = TrackId::parse(visit.form().get("track"));
  std::string_view number = visit.form().get("copies");
  const bool more = number.starts_with("+");
  if (more) number.remove_prefix(1);
  std::int64_t copies = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), copies);
  const bool is_number = read.ec == std::errc{} && read.ptr == number.data() + number.size();
  if (!track || !is_number || copies < 0) {
    return show_problem(visit, 400, "That cannot be put into a basket",
                        "The number of copies must be a whole number from 0 to 99.");
  }
  Basket basket = visit.basket();
  std::string_view told = "changed";
  if (more) {
    told = basket.add(*track, copies) ? "added" : "basket_full";
  } else {
    basket.set(*track, copies);
  }
  visit.keep(std::move(basket));
  visit.tell_next(told);
  return see_other(visit, local_path(visit.form().get("back")));
}

}  // namespace recordshop::web
