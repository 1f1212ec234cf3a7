// SPDX-License-Identifier: Apache-2.0
#include "application/ask_warehouse.hpp"

namespace orders {
namespace {

using banyan::ErrorCode;
using banyan::Result;
using warehouse::Reservation;

Result<Reservation> make_call(warehouse::Warehouse& warehouse, const Order& order, Action action,
                              const banyan::Context& context) {
  const auto id = warehouse::OrderId::parse(order.data().id.str()).value();
  switch (action) {
    case Action::ReserveStock: {
      warehouse::ReserveStock request{id, {}};
      for (const OrderLine& line : order.data().lines) {
        request.lines.push_back({line.track, line.quantity});
      }
      return warehouse.handle(request, context);
    }
    case Action::ConfirmReservation:
      return warehouse.handle(warehouse::ConfirmReservation{id}, context);
    case Action::ReleaseReservation:
      return warehouse.handle(warehouse::ReleaseReservation{id}, context);
  }
  return banyan::fail(ErrorCode::Internal, "orders.unknown_action", "no such action");
}

/// Did it possibly not happen, so that asking again makes sense?
bool worth_repeating(ErrorCode code) {
  return code == ErrorCode::Unavailable || code == ErrorCode::DeadlineExceeded ||
         code == ErrorCode::ResourceExhausted || code == ErrorCode::Internal;
}

Outcome outcome_of(const banyan::Error& error) {
  if (error.rule == "warehouse.out_of_stock") return Outcome::OutOfStock;
  if (error.rule == "warehouse.reservation_released") return Outcome::GivenUp;
  if (error.rule == "warehouse.reservation_confirmed") return Outcome::Sold;
  return worth_repeating(error.code) ? Outcome::NoAnswer : Outcome::Nonsense;
}

std::string shortages(const banyan::Error& error) {
  std::string text;
  for (const banyan::Detail& detail : error.details) {
    text += (text.empty() ? "" : "; ") + detail.where + ": " + detail.problem;
  }
  return text.empty() ? "not enough copies are available" : text;
}

}  // namespace

Attempt ask_warehouse(warehouse::Warehouse& warehouse, const Order& order, const Saga::Call& call,
                      const banyan::Context& context) {
  const Result<Reservation> answer =
      make_call(warehouse, order, call.action, context.with_key(call.key));
  if (answer) return {call.action, Outcome::Done, ""};
  const banyan::Error& error = answer.error();
  const Outcome outcome = outcome_of(error);
  if (outcome == Outcome::OutOfStock) return {call.action, outcome, shortages(error)};
  return {call.action, outcome,
          "warehouse." + std::string(to_string(call.action)) + ": " + error.rule + ": " +
              error.message};
}

}  // namespace orders
