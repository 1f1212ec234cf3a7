// SPDX-License-Identifier: Apache-2.0
#include "web/ordering.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "web/basket_page.hpp"
#include "web/order_refusals.hpp"
#include "web/own_order.hpp"

namespace recordshop::web {
namespace {

using banyan::http::Response;

/// Whoever does not answer in time may have done it.
Response show_unknown(Visit& visit, const orders::OrderId& order) {
  constexpr std::string_view kTitle = "There was no answer";
  Html main =
      tag("h1", {}, kTitle) + tag("p", {}, "So it is not known whether that was done. ",
                                  tag("a", {{"href", order_url(order)}}, "Look at your order"),
                                  " in a moment, before you try it again.");
  return show(
      visit,
      {.title = std::string(kTitle), .main = std::move(main), .section = "orders", .status = 503});
}

/// Asks for something to be done with the visitor's own order, and shows what came of it.
template <class Op>
Response ask_for(Modules& modules, Visit& visit, std::string_view done, std::string_view refused) {
  if (!visit.is_own_form()) return show_foreign_form(visit);
  OwnOrder found = find_own(modules, visit);
  if (!found.order) return std::move(found.otherwise);
  const auto asked = answer(modules.orders.start(Op{found.order->id}, visit.context()));
  if (!asked && !asked.error().rule.starts_with("orders.")) {
    return show_unknown(visit, found.order->id);
  }
  visit.tell_next(asked ? done : refused);
  return see_other(visit, order_url(found.order->id));
}

}  // namespace

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
    // One that could not be served after all says so itself.
    if (placed->state != orders::OrderState::Cancelled) visit.tell_next("ordered");
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
  not_placed.trouble = order_refusal(placed.error());
  if (rule == "orders.key_reused") not_placed.next = Next::LookAtOrders;
  visit.refused(key);
  return show_basket(modules, visit, visit.order_key(), not_placed);
}

Response cancel_order(Modules& modules, Visit& visit) {
  return ask_for<orders::CancelOrder>(modules, visit, "cancelled", "cannot_cancel");
}

Response return_order(Modules& modules, Visit& visit) {
  return ask_for<orders::ReturnOrder>(modules, visit, "returned", "cannot_return");
}

}  // namespace recordshop::web
