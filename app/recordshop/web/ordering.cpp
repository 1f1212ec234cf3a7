// SPDX-License-Identifier: Apache-2.0
#include "web/ordering.hpp"

#include <algorithm>
#include <array>
#include <boost/describe/enum_to_string.hpp>
#include <charconv>
#include <map>

#include "web/known_names.hpp"
#include "web/order_parts.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

using banyan::Error;
using banyan::ErrorCode;
using banyan::Money;
using banyan::http::Response;
using catalog::Track;
using catalog::TrackId;

Response to_sign_in(Visit& visit, const std::string& back) {
  return see_other(visit, "/shop/account" + query_of({{"back", back}}));
}

template <class Enum>
std::string name_of(Enum value) {
  return boost::describe::enum_to_string(value, "?");
}

// What a person can do about it; everything else is the shop's own trouble.
std::string words_for(const Error& error) {
  static const std::map<std::string, std::string, std::less<>> kWords = {
      {"orders.out_of_stock",
       "There are not enough copies of everything. Take some out of the basket and order again."},
      {"orders.unknown_track", "Something in your basket is no longer sold. Take it out, please."},
      {"orders.mixed_currencies",
       "Your basket mixes currencies. Order what is sold in one currency first."},
      {"orders.bad_quantity", "So many copies of one track cannot be ordered at once."},
      {"orders.payment_declined",
       "The payment was declined, so nothing was ordered and nothing is charged."},
      {"orders.customer_on_hold",
       "You cannot buy on invoice just now; your account says why. Pay by card, please."},
      {"orders.bad_payment_method", "Choose how you want to pay, please."},
      {"orders.price_changed",
       "Prices have changed since you looked, so nothing was ordered. Look at them, and order again"
       " if that is right for you."},
      {"orders.no_address", "We do not know where to send it. Tell us your address first."},
      {"orders.unknown_customer", "Your account is closed. Sign in to another one."},
      {"orders.bad_lines", "There is nothing in your basket that could be ordered."},
      {"orders.key_reused",
       "An order was placed from this page already, and this would be another one, so it was not"
       " placed. Look at your orders before you order anything else."}};
  const auto found = kWords.find(error.rule);
  if (found != kWords.end()) return found->second;
  return "Your order could not be placed just now, and nothing was charged. Your basket is as it"
         " was: try again in a moment.";
}

constexpr std::string_view kNobodyKnows =
    "There was no answer, so it is not known whether your order was placed. Your basket is as it"
    " was: send the same order again in a moment. It is not placed twice.";

/// What has to be looked up for a basket, all at once.
struct BasketView {
  std::map<TrackId, Track> tracks;
  std::map<TrackId, std::int64_t> available;  ///< of those that the warehouse has told of
  bool catalogue = true;                      ///< was reached
  bool on_invoice = true;                     ///< as far as customers has told
};

BasketView look_up(Modules& modules, const Visit& visit) {
  catalog::GetTracks question;
  std::vector<banyan::Pending<warehouse::Stock>> stock;
  for (const Basket::Line& line : visit.basket().lines()) question.ids.push_back(line.track);
  auto tracks = modules.catalog.start(question, visit.context());
  for (const TrackId& track : question.ids) {
    stock.push_back(modules.warehouse.start(warehouse::GetStock{track}, visit.context()));
  }
  BasketView view;
  if (visit.visitor()) {
    const auto id = customers::CustomerId::parse(visit.visitor()->customer);
    const auto customer = answer(modules.customers.start(
        customers::GetCustomer{id.value_or(customers::CustomerId())}, visit.context()));
    view.on_invoice = !customer || customer->credit == customers::Credit::Good;
  }
  if (const auto found = answer(std::move(tracks))) {
    for (const Track& track : found->tracks) view.tracks.emplace(track.id, track);
  } else {
    view.catalogue = false;
  }
  for (std::size_t i = 0; i < stock.size(); ++i) {
    const auto told = answer(std::move(stock[i]));
    if (told) view.available[question.ids[i]] = told->available;
  }
  return view;
}

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

/// The prices that the visitor has been shown, by their tracks.
using PricesSeen = std::map<TrackId, Money>;

// In the form that orders, a field for each line: "129 EUR".
std::string seen_field(const TrackId& track) { return "seen-" + track.str(); }

Html seen_fields(const PricesSeen& prices) {
  return each(prices, [](const auto& seen) {
    const auto& [track, price] = seen;
    return hidden(seen_field(track), std::to_string(price.minor_units) + ' ' + price.currency);
  });
}

PricesSeen prices_shown(const BasketView& view) {
  PricesSeen all;
  for (const auto& [id, track] : view.tracks) all.emplace(id, track.price);
  return all;
}

PricesSeen prices_seen(const Visit& visit) {
  constexpr std::int64_t kDearest = 100'000'000;  // of the catalogue: more was never shown
  PricesSeen all;
  for (const Basket::Line& line : visit.basket().lines()) {
    const std::string_view said = visit.form().get(seen_field(line.track));
    const std::string_view number = said.substr(0, said.find(' '));
    Money price;
    const auto read =
        std::from_chars(number.data(), number.data() + number.size(), price.minor_units);
    if (read.ec != std::errc{} || number.size() == said.size()) continue;
    if (price.minor_units < 0 || price.minor_units > kDearest) continue;
    price.currency = said.substr(number.size() + 1);
    all.emplace(line.track, std::move(price));
  }
  return all;
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

/// What a visitor can do with a basket next.
enum class Next : std::uint8_t {
  Order,
  SameAgain,     ///< the same order to the letter: it may have been placed already
  LookAtOrders,  ///< one was placed from this page already
};

/// What came of an order that was not placed.
struct NotPlaced {
  std::string trouble{};  ///< "": nobody has ordered yet
  unsigned status = 200;
  std::string method{};  ///< that was chosen
  PricesSeen seen{};
  Next next = Next::Order;
};

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

/// `key` makes an order one order, however often its form is sent.
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

// How the states follow each other on their way to the customer.
struct State {
  std::string_view name, label, sentence;
};
constexpr std::array<State, 5> kWay{
    {{"Placed", "Placed", "We have your order, and are setting the records aside."},
     {"Reserved", "Set aside", "Your records are set aside for you."},
     {"Paid", "Paid", "Your order is paid, and will be on its way soon."},
     {"Shipped", "On its way", "Your parcel is on its way."},
     {"Delivered", "Delivered", "Your parcel has been delivered."}}};

std::string_view label_of(const std::string& state) {
  for (const State& each : kWay) {
    if (each.name == state) return each.label;
  }
  return state;
}

Html progress(const orders::OrderDetails& order) {
  const std::string state = name_of(order.state);
  const auto now = std::ranges::find(kWay, state, &State::name);
  if (now == kWay.end()) return {};
  Html steps;
  for (auto each = kWay.begin(); each != kWay.end(); ++each) {
    const std::string_view how = each < now ? "done" : each == now ? "now" : "ahead";
    if (each == now) {
      steps += tag("li", {{"class", how}, {"aria-current", "step"}}, each->label);
    } else {
      steps += tag("li", {{"class", how}}, each->label,
                   tag("span", {{"class", "hidden"}}, each < now ? " (done)" : " (to come)"));
    }
  }
  return tag("ol", {{"class", "progress"}, {"role", "list"}}, steps) +
         tag("p", {{"class", "sentence"}}, now->sentence);
}

Html what_happened(const orders::OrderDetails& order) {
  using orders::Fulfilment;
  Html text;
  if (order.state == orders::OrderState::Cancelled) {
    using orders::CancelReason;
    const CancelReason reason = order.cancel_reason.value_or(CancelReason::Refused);
    std::string_view why = "This order could not be carried out, so it is given up.";
    if (reason == CancelReason::ByCustomer) why = "You have given this order up.";
    if (reason == CancelReason::OutOfStock) {
      why = "There were not enough copies, so this order is given up.";
    }
    if (reason == CancelReason::PaymentDeclined) {
      why = "The payment was declined, so this order is given up.";
    }
    text += tag("p", {{"class", "sentence"}}, why, " You pay nothing for it.");
  } else if (order.state == orders::OrderState::Returned) {
    text += tag("p", {{"class", "sentence"}},
                "You have sent this order back, and have your money back.");
  } else if (order.fulfilment == Fulfilment::Returning) {
    text += tag("p", {{"class", "sentence"}},
                "You are sending this order back; the money follows when it is here.");
  } else if (order.fulfilment == Fulfilment::Cancelling) {
    text += tag("p", {{"class", "sentence"}},
                "You want to give this order up; we are putting the records back.");
  } else if (order.fulfilment == Fulfilment::Stuck) {
    text += tag("p", {{"class", "sentence"}},
                "Something is in the way of your order, and somebody is looking after it. You need"
                " not do anything.");
  } else if (order.fulfilment == Fulfilment::InProgress && order.problem) {
    text += tag("p", {{"class", "sentence"}}, "It takes longer than usual; we go on by ourselves.");
  }
  return text;
}

// A parcel moves on as well, without anybody of the shop.
bool is_moving(const orders::OrderDetails& order) {
  return orders::is_under_way(order) || order.state == orders::OrderState::Paid ||
         order.state == orders::OrderState::Shipped;
}

bool may_be_cancelled(const orders::OrderDetails& order) {
  return orders::can_be_cancelled(order) && order.fulfilment != orders::Fulfilment::Cancelling;
}

Html sum(std::string_view what, const Money& amount) {
  return tag("tr", {}, tag("th", {{"scope", "row"}, {"colspan", "2"}}, what),
             tag("td", {{"class", "figure"}}, price_text(amount)));
}

/// What a line's track is called now, when that is something else than when it was ordered.
Html called_now(const orders::OrderDetails& order, std::size_t line, const std::string& then) {
  if (!order.names || line >= order.names->tracks.size()) return {};
  const orders::KnownName& now = order.names->tracks[line];
  if (now.state != orders::NameState::Known || now.name == then) return {};
  return tag("span", {{"class", "note"}}, " (now called ", now.name, ")");
}

Html order_lines(const orders::OrderDetails& order) {
  std::size_t number = 0;
  const Html rows = each(order.lines, [&](const orders::OrderLine& line) {
    return tag("tr", {}, tag("td", {}, line.title, called_now(order, number++, line.title)),
               tag("td", {{"class", "figure"}}, std::to_string(line.quantity)),
               tag("td", {{"class", "figure"}}, price_text(line.unit_price)));
  });
  return tag("table", {{"class", "lines"}},
             tag("thead", {},
                 tag("tr", {}, tag("th", {{"scope", "col"}}, "Track"),
                     tag("th", {{"scope", "col"}, {"class", "figure"}}, "Copies"),
                     tag("th", {{"scope", "col"}, {"class", "figure"}}, "Each"))),
             tag("tbody", {}, rows),
             tag("tfoot", {}, sum("Records", order.net), sum("Tax", order.tax),
                 sum("Total", order.total)));
}

std::string order_url(const orders::OrderId& order) { return "/shop/orders/" + order.str(); }

/// The last digits: enough for a person to tell two orders apart.
std::string short_name(const orders::OrderId& order) {
  return order.str().substr(order.str().size() - 6);
}

/// The visitor's own order; else what is to be shown instead.
struct Found {
  std::optional<orders::OrderDetails> order;
  Response otherwise;
};
Found find_own(Modules& modules, Visit& visit) {
  const auto id = orders::OrderId::parse(visit.segment(2));
  if (!id) return {{}, show_not_found(visit)};
  if (!visit.visitor()) return {{}, to_sign_in(visit, order_url(*id))};
  auto order = answer(modules.orders.start(orders::GetOrder{*id}, visit.context()));
  if (!order) {
    if (is_missing(order.error())) return {{}, show_not_found(visit)};
    return {{},
            show(visit, {.title = "Your order",
                         .main = tag("h1", {}, "Your order") + gap("Your order"),
                         .section = "orders",
                         .status = 503})};
  }
  if (order->customer.str() != visit.visitor()->customer) return {{}, show_not_found(visit)};
  return {*std::move(order), {}};
}

Html order_row(const orders::OrderSummary& order) {
  return tag("tr", {},
             tag("td", {}, tag("a", {{"href", order_url(order.id)}}, short_name(order.id))),
             tag("td", {}, time_text(order.placed_at)),
             tag("td", {}, order.names ? tracks_text(*order.names) : Html()),
             tag("td", {}, std::string(label_of(name_of(order.state)))),
             tag("td", {{"class", "figure"}}, price_text(order.total)));
}

}  // namespace

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

Response place_order(Modules& modules, Visit& visit) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  if (!visit.visitor()) return to_sign_in(visit, "/shop/basket");
  if (visit.basket().empty()) return see_other(visit, "/shop/basket");
  orders::PlaceOrder order;
  using CustomerId = decltype(order.customer);
  const auto customer = CustomerId::parse(visit.visitor()->customer);
  if (!customer) return to_sign_in(visit, "/shop/basket");
  order.customer = *customer;
  NotPlaced not_placed{.status = 409, .method = visit.form().get("method")};
  not_placed.seen = prices_seen(visit);
  std::string key = visit.form().get("key");
  if (!banyan::is_idempotency_key(key)) key = visit.order_key();
  // Orders was not asked. If an order was placed under this key and only the answer was lost, the
  // next one has to find it.
  const auto refuse = [&](std::string trouble) {
    not_placed.trouble = std::move(trouble);
    return show_basket(modules, visit, key, not_placed);
  };
  for (const Basket::Line& line : visit.basket().lines()) {
    const auto seen = not_placed.seen.find(line.track);
    if (seen == not_placed.seen.end()) {
      return refuse("Your basket is another one than you have seen. Look at it, and order again.");
    }
    order.lines.push_back({line.track, line.copies, seen->second});
  }
  // Tokens of cards are not typed in here.
  if (not_placed.method != "card" && not_placed.method != "invoice") {
    return refuse("Choose how you want to pay, please.");
  }
  order.payment_method = not_placed.method;
  const auto placed = answer(modules.orders.start(order, visit.context().with_key(key)));
  if (placed) {
    visit.keep({});
    visit.tell_next("ordered");
    return see_other(visit, order_url(placed->id));
  }
  const std::string& rule = placed.error().rule;
  if (!rule.starts_with("orders.")) {
    // The same again, in case that it was placed and only the answer was lost.
    not_placed.trouble = kNobodyKnows;
    not_placed.status = 503;
    not_placed.next = Next::SameAgain;
    return show_basket(modules, visit, key, not_placed);
  }
  not_placed.trouble = words_for(placed.error());
  if (rule == "orders.key_reused") not_placed.next = Next::LookAtOrders;
  visit.refused(key);
  return show_basket(modules, visit, visit.order_key(), not_placed);
}

Response orders_page(Modules& modules, Visit& visit) {
  if (!visit.visitor()) return to_sign_in(visit, "/shop/orders");
  orders::ListOrders question;
  using CustomerId = decltype(orders::PlaceOrder::customer);
  question.customer = CustomerId::parse(visit.visitor()->customer);
  question.limit = 20;
  if (const std::string& cursor = visit.query().get("cursor"); !cursor.empty()) {
    question.cursor = cursor;
  }
  Html main = tag("h1", {}, "Your orders");
  const auto orders = answer(modules.orders.start(question, visit.context()));
  if (!orders) {
    if (orders.error().code == ErrorCode::InvalidArgument) return show_not_found(visit);
    main += gap("Your orders");
    return show(
        visit,
        {.title = "Your orders", .main = std::move(main), .section = "orders", .status = 503});
  }
  if (orders->orders.empty()) {
    main += tag("p", {}, "You have not ordered anything yet.");
  } else {
    main += tag(
        "div",
        {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", "Your orders"}},
        tag("table", {{"class", "lines"}},
            tag("thead", {},
                tag("tr", {}, tag("th", {{"scope", "col"}}, "Order"),
                    tag("th", {{"scope", "col"}}, "Placed"),
                    tag("th", {{"scope", "col"}}, "Records"),
                    tag("th", {{"scope", "col"}}, "State"),
                    tag("th", {{"scope", "col"}, {"class", "figure"}}, "Total"))),
            tag("tbody", {}, each(orders->orders, order_row))));
    main += names_age(orders->names_complete_until);
    if (orders->next_cursor) {
      main += more_link("/shop/orders" + query_of({{"cursor", *orders->next_cursor}}));
    }
  }
  return show(visit, {.title = "Your orders", .main = std::move(main), .section = "orders"});
}

Response order_page(Modules& modules, Visit& visit) {
  // All at once. Whose order it is has to be known before any of it is shown.
  const std::string_view id = visit.segment(2);
  const auto paid_order = payments::OrderId::parse(id).value_or(payments::OrderId());
  const auto sent_order = shipping::OrderId::parse(id).value_or(shipping::OrderId());
  auto payment = modules.payments.start(payments::GetPayment{paid_order}, visit.context());
  auto parcel = modules.shipping.start(shipping::GetConsignment{sent_order}, visit.context());
  Found found = find_own(modules, visit);
  if (!found.order) return std::move(found.otherwise);
  const orders::OrderDetails& order = *found.order;
  const bool moving = is_moving(order);
  Html state = progress(order) + what_happened(order);
  if (may_be_cancelled(order)) {
    state += post_form(visit, "cancel", order_url(order.id) + "/cancellation",
                       tag("button", {{"type", "submit"}}, "Cancel this order"));
  }
  if (orders::can_be_returned(order)) {
    state += post_form(visit, "cancel", order_url(order.id) + "/return",
                       tag("button", {{"type", "submit"}}, "Send it all back"));
  }
  if (moving) {
    state += tag("p", {{"class", "note again"}},
                 tag("a", {{"href", order_url(order.id)}}, "Look again"));
  }
  const std::string title = "Order " + short_name(order.id);
  Html main = tag("h1", {}, title) +
              tag("p", {{"class", "facts"}}, "Placed ", time_text(order.placed_at),
                  order.names ? " by " + name_text(order.names->customer) : Html(), " · ",
                  tag("span", {{"class", "id"}}, order.id.str())) +
              tag("div", {{"id", "state"}, {"data-moving", moving}, {"aria-live", "polite"}}, state,
                  tag("div", {{"class", "parts"}}, payment_part(answer(std::move(payment))),
                      parcel_part(answer(std::move(parcel))))) +
              order_lines(order) + names_age(order.names_complete_until);
  return show(visit, {.title = title, .main = std::move(main), .section = "orders"});
}

namespace {

/// Asks for something to be done with the visitor's own order, and shows what came of it.
template <class Op>
Response ask_for(Modules& modules, Visit& visit, std::string_view done, std::string_view refused) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  Found found = find_own(modules, visit);
  if (!found.order) return std::move(found.otherwise);
  const auto asked = answer(modules.orders.start(Op{found.order->id}, visit.context()));
  if (!asked && !asked.error().rule.starts_with("orders.")) {
    return show_problem(visit, 503, "That could not be done just now",
                        "Your order is as it was. Try again in a moment.");
  }
  visit.tell_next(asked ? done : refused);
  return see_other(visit, order_url(found.order->id));
}

}  // namespace

Response cancel_order(Modules& modules, Visit& visit) {
  return ask_for<orders::CancelOrder>(modules, visit, "cancelled", "cannot_cancel");
}

Response return_order(Modules& modules, Visit& visit) {
  return ask_for<orders::ReturnOrder>(modules, visit, "returned", "cannot_return");
}

}  // namespace recordshop::web
