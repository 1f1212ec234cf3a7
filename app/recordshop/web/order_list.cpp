// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "web/known_names.hpp"
#include "web/order_progress.hpp"
#include "web/ordering.hpp"
#include "web/own_order.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

using banyan::ErrorCode;
using banyan::http::Response;

Html order_row(const orders::OrderSummary& order) {
  return tag("tr", {},
             tag("td", {}, tag("a", {{"href", order_url(order.id)}}, short_name(order.id))),
             tag("td", {}, time_text(order.placed_at)),
             tag("td", {}, order.names ? tracks_text(*order.names) : Html()),
             tag("td", {}, label_of(order.state)),
             tag("td", {{"class", "figure"}}, price_text(order.total)));
}

}  // namespace

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

}  // namespace recordshop::web
