// SPDX-License-Identifier: Apache-2.0
#include "domain/order.hpp"

#include <set>

namespace orders {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Money;
using banyan::Result;

constexpr std::size_t kMostLines = 100;
constexpr std::int64_t kMostOfOne = 1'000;

std::string range(std::int64_t most) { return "1 … " + std::to_string(most); }

std::string_view name(OrderState state) {
  switch (state) {
    case OrderState::Placed: return "placed";
    case OrderState::Reserved: return "reserved";
    case OrderState::Confirmed: return "confirmed";
    case OrderState::Cancelled: return "cancelled";
  }
  return "";
}

bool may_become(OrderState from, OrderState to) {
  switch (from) {
    case OrderState::Placed: return to == OrderState::Reserved || to == OrderState::Cancelled;
    case OrderState::Reserved: return to == OrderState::Confirmed || to == OrderState::Cancelled;
    case OrderState::Confirmed:
    case OrderState::Cancelled: return false;
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

Result<void> check_lines(const std::vector<LineRequest>& lines) {
  if (lines.empty() || lines.size() > kMostLines) {
    return fail(ErrorCode::InvalidArgument, "orders.bad_lines",
                "an order has " + range(kMostLines) + " lines",
                {{"/lines", std::to_string(lines.size()) + " lines"}});
  }
  std::vector<banyan::Detail> twice;
  std::vector<banyan::Detail> quantities;
  std::set<TrackId> seen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string where = "/lines/" + std::to_string(i);
    if (!seen.insert(lines[i].track).second) {
      twice.push_back({where + "/track", "stands in another line too; add the quantities up"});
    }
    if (lines[i].quantity < 1 || lines[i].quantity > kMostOfOne) {
      quantities.push_back({where + "/quantity", "expected " + range(kMostOfOne)});
    }
  }
  if (!twice.empty()) {
    return fail(ErrorCode::InvalidArgument, "orders.bad_lines", "each track stands once",
                std::move(twice));
  }
  if (!quantities.empty()) {
    return fail(ErrorCode::InvalidArgument, "orders.bad_quantity",
                "a line is of " + range(kMostOfOne) + " copies", std::move(quantities));
  }
  return {};
}

Result<Order> Order::place(OrderId id, CustomerId customer, std::vector<OrderLine> lines,
                           banyan::Timestamp now) {
  Result<Money> total = total_of(lines);
  if (!total) return fail(std::move(total.error()));
  return Order({std::move(id), std::move(customer), OrderState::Placed, std::nullopt,
                std::move(lines), *std::move(total), now, now});
}

Result<void> Order::reserve(banyan::Timestamp now) { return become(OrderState::Reserved, now); }

Result<void> Order::confirm(banyan::Timestamp now) { return become(OrderState::Confirmed, now); }

Result<void> Order::cancel(CancelReason reason, banyan::Timestamp now) {
  if (Result<void> done = become(OrderState::Cancelled, now); !done) return done;
  data_.cancel_reason = reason;
  return {};
}

bool Order::finished() const {
  return data_.state == OrderState::Confirmed || data_.state == OrderState::Cancelled;
}

bool Order::is_for(const PlaceOrder& request) const {
  if (request.customer != data_.customer || request.lines.size() != data_.lines.size()) {
    return false;
  }
  for (std::size_t i = 0; i < request.lines.size(); ++i) {
    if (request.lines[i] != LineRequest{data_.lines[i].track, data_.lines[i].quantity}) {
      return false;
    }
  }
  return true;
}

Result<void> Order::become(OrderState next, banyan::Timestamp now) {
  if (!may_become(data_.state, next)) {
    return fail(ErrorCode::FailedPrecondition, "orders.illegal_transition",
                "order " + data_.id.str() + " is " + std::string(name(data_.state)) +
                    " and cannot become " + std::string(name(next)));
  }
  data_.state = next;
  data_.changed_at = now;
  return {};
}

}  // namespace orders
