// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "web/known_names.hpp"
#include "web/order_parts.hpp"
#include "web/order_progress.hpp"
#include "web/ordering.hpp"
#include "web/own_order.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

using banyan::Money;
using banyan::http::Response;

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

/// As its link to `return`; shipping, where it answers, knows sooner what was brought back.
bool may_be_returned(orders::OrderDetails order,
                     const banyan::Result<shipping::ConsignmentDetails>& parcel) {
  if (parcel) order.brought_back_at = parcel->brought_back_at;
  return orders::can_be_returned(order);
}

}  // namespace

Response order_page(Modules& modules, Visit& visit) {
  // All at once. Whose order it is has to be known before any of it is shown.
  const std::string_view id = visit.segment(2);
  const auto paid_order = payments::OrderId::parse(id).value_or(payments::OrderId());
  const auto sent_order = shipping::OrderId::parse(id).value_or(shipping::OrderId());
  auto payment = modules.payments.start(payments::GetPayment{paid_order}, visit.context());
  auto parcel = modules.shipping.start(shipping::GetConsignment{sent_order}, visit.context());
  OwnOrder found = find_own(modules, visit);
  if (!found.order) return std::move(found.otherwise);
  const orders::OrderDetails& order = *found.order;
  const bool moving = is_moving(order);
  Html state = progress(order) + what_happened(order);
  if (may_be_cancelled(order)) {
    state += post_form(visit, "cancel", order_url(order.id) + "/cancellation",
                       tag("button", {{"type", "submit"}}, "Cancel this order"));
  }
  const auto where = answer(std::move(parcel));
  if (may_be_returned(order, where)) {
    const bool is_here = order.state == orders::OrderState::Shipped;
    state += post_form(visit, "cancel", order_url(order.id) + "/return",
                       tag("button", {{"type", "submit"}},
                           is_here ? "Give me my money back" : "Send it all back"));
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
                      parcel_part(where))) +
              order_lines(order) + names_age(order.names_complete_until);
  return show(visit, {.title = title, .main = std::move(main), .section = "orders"});
}

}  // namespace recordshop::web
