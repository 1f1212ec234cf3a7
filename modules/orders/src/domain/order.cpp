// SPDX-License-Identifier: Apache-2.0
#include "domain/order.hpp"

#include <algorithm>

#include "banyan/kernel/line_items.hpp"

namespace orders {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Money;
using banyan::Result;

bool may_become(OrderState from, OrderState to) {
  switch (to) {
    case OrderState::Placed: return false;
    case OrderState::Reserved: return from == OrderState::Placed;
    case OrderState::Paid: return from == OrderState::Reserved;
    case OrderState::Shipped: return from == OrderState::Paid;
    case OrderState::Delivered: return from == OrderState::Shipped;
    case OrderState::Cancelled:
      return from == OrderState::Placed || from == OrderState::Reserved || from == OrderState::Paid;
    case OrderState::Returned: return from == OrderState::Shipped || from == OrderState::Delivered;
  }
  return false;
}

Result<Money> total_of(const std::vector<OrderLine>& lines) {
  Money total{0, lines.front().unit_price.currency};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string where = "/lines/" + std::to_string(i);
    if (lines[i].unit_price.currency != total.currency) {
      return fail(ErrorCode::FailedPrecondition, "orders.mixed_currencies",
                  "one order is in one currency; order what is sold in another one separately",
                  {{where + "/track",
                    "is sold in " + lines[i].unit_price.currency + ", not in " + total.currency}});
    }
    const Result<Money> amount = times(lines[i].unit_price, lines[i].quantity);
    const Result<Money> sum = amount ? add(total, *amount) : amount;
    if (!sum) {
      return fail(ErrorCode::InvalidArgument, "orders.bad_quantity", sum.error().message,
                  {{where + "/quantity", "the total is too large"}});
    }
    total = *sum;
  }
  return total;
}

}  // namespace

std::string_view word_of(OrderState state) {
  switch (state) {
    case OrderState::Placed: return "placed";
    case OrderState::Reserved: return "reserved";
    case OrderState::Paid: return "paid";
    case OrderState::Shipped: return "shipped";
    case OrderState::Delivered: return "delivered";
    case OrderState::Cancelled: return "cancelled";
    case OrderState::Returned: return "returned";
  }
  return "";
}

Result<void> check_prices_seen(const std::vector<LineRequest>& seen,
                               const std::vector<OrderLine>& now) {
  std::vector<banyan::Detail> changed;
  std::string text;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i].unit_price || *seen[i].unit_price == now[i].unit_price) continue;
    const std::string was = to_string(*seen[i].unit_price);
    const std::string is = to_string(now[i].unit_price);
    changed.push_back(
        {"/lines/" + std::to_string(i) + "/unit_price", "was seen at " + was + ", costs " + is});
    text += (text.empty() ? "" : "; ") + now[i].title + " costs " + is + ", not " + was;
  }
  if (changed.empty()) return {};
  return fail(ErrorCode::Conflict, "orders.price_changed",
              text + ". Nothing was ordered: order again at the price that it has now",
              std::move(changed));
}

Result<void> check_lines(const std::vector<LineRequest>& lines) {
  return banyan::check_line_items(lines, &LineRequest::track,
                                  {.list = "an order",
                                   .item = "track",
                                   .bad_lines = "orders.bad_lines",
                                   .bad_quantity = "orders.bad_quantity"});
}

Result<Order> Order::place(OrderId id, CustomerId customer, std::vector<OrderLine> lines,
                           Terms terms, banyan::Timestamp now) {
  Result<Money> net = total_of(lines);
  if (!net) return fail(std::move(net.error()));
  const Money tax = tax_on(*net, terms.tax_rate);
  Result<Money> total = add(*net, tax);
  if (!total) {
    return fail(ErrorCode::InvalidArgument, "orders.bad_quantity", total.error().message,
                {{"/lines", "the total is too large"}});
  }
  return Order({std::move(id), std::move(customer), OrderState::Placed, std::nullopt,
                std::move(lines), *std::move(total), terms.tax_rate, tax,
                std::move(terms.payment_method), now, now, std::move(terms.country)});
}

Result<void> Order::reserve(banyan::Timestamp now) { return become(OrderState::Reserved, now); }

Result<void> Order::pay(banyan::Timestamp now) { return become(OrderState::Paid, now); }

Result<void> Order::ship(banyan::Timestamp now) { return become(OrderState::Shipped, now); }

Result<void> Order::deliver(banyan::Timestamp now) { return become(OrderState::Delivered, now); }

Result<void> Order::take_back(banyan::Timestamp now) { return become(OrderState::Returned, now); }

Result<void> Order::cancel(CancelReason reason, banyan::Timestamp now) {
  if (Result<void> done = become(OrderState::Cancelled, now); !done) return done;
  data_.cancel_reason = reason;
  return {};
}

void Order::brought_back(std::optional<banyan::Timestamp> at) {
  if (data_.state == OrderState::Shipped) data_.brought_back_at = at;
}

bool Order::may_be_taken_back() const { return may_become(data_.state, OrderState::Returned); }

bool Order::is_for(const PlaceOrder& request) const {
  if (request.customer != data_.customer || request.lines.size() != data_.lines.size()) {
    return false;
  }
  for (std::size_t i = 0; i < request.lines.size(); ++i) {
    if (request.lines[i].track != data_.lines[i].track ||
        request.lines[i].quantity != data_.lines[i].quantity) {
      return false;
    }
  }
  return true;
}

Result<void> Order::become(OrderState next, banyan::Timestamp now) {
  if (!may_become(data_.state, next)) {
    return fail(ErrorCode::FailedPrecondition, "orders.illegal_transition",
                "order " + data_.id.str() + " is " + std::string(word_of(data_.state)) +
                    " and cannot become " + std::string(word_of(next)));
  }
  data_.state = next;
  data_.changed_at = now;
  data_.brought_back_at.reset();
  return {};
}

}  // namespace orders
