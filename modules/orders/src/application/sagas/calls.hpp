// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/saga_definition.hpp"
#include "domain/order.hpp"
#include "orders/module.hpp"

/// What orders asks of other modules for an order. Each is a transaction of its own over there, and
/// may be asked for again.
namespace orders {

using banyan::Result;
using banyan::Timestamp;

/// The order as the other module names it.
template <class Id>
Id id_for(const Order& order) {
  return Id::parse(order.data().id.str()).value();
}

struct AskWarehouse {
  using State = Order;
  using Port = warehouse::Warehouse;
};

struct HoldStock : AskWarehouse {
  static warehouse::ReserveStock request(const Order& order);
  static Result<void> done(Order& order, const warehouse::Reservation& /*held*/, Timestamp now) {
    return order.reserve(now);
  }
  static Result<void> marked(Order& order, Timestamp now) { return order.reserve(now); }
};

struct GiveStockBack : AskWarehouse {
  static warehouse::ReleaseReservation request(const Order& order) {
    return {id_for<warehouse::OrderId>(order)};
  }
};

struct SellStock : AskWarehouse {
  static warehouse::ConfirmReservation request(const Order& order) {
    return {id_for<warehouse::OrderId>(order)};
  }
};

struct TakeStockBack : AskWarehouse {
  static warehouse::ReturnStock request(const Order& order) {
    return {id_for<warehouse::OrderId>(order)};
  }
};

struct AskPayments {
  using State = Order;
  using Port = payments::Payments;
};

struct AuthorisePayment : AskPayments {
  static payments::Authorise request(const Order& order);
};

struct VoidPayment : AskPayments {
  static payments::Void request(const Order& order) { return {id_for<payments::OrderId>(order)}; }
};

struct CapturePayment : AskPayments {
  static payments::Capture request(const Order& order) {
    return {id_for<payments::OrderId>(order)};
  }
  static Result<void> done(Order& order, const payments::Payment& /*captured*/, Timestamp now) {
    return order.pay(now);
  }
  static Result<void> marked(Order& order, Timestamp now) { return order.pay(now); }
};

/// All of it, once: an order that is cancelled or returned asks for the same refund.
struct RefundPayment : AskPayments {
  static payments::Refund request(const Order& order) {
    return {id_for<payments::OrderId>(order), "all", order.data().total.minor_units};
  }
};

struct AskShipping {
  using State = Order;
  using Port = shipping::Shipping;
};

struct StopConsignment : AskShipping {
  static shipping::CancelConsignment request(const Order& order) {
    return {id_for<shipping::OrderId>(order)};
  }
};

struct FetchConsignment : AskShipping {
  static shipping::AnnounceReturn request(const Order& order) {
    return {id_for<shipping::OrderId>(order)};
  }
};

struct ConsignmentIsBack : AskShipping {
  static shipping::GetConsignment request(const Order& order) {
    return {id_for<shipping::OrderId>(order)};
  }
  static bool has_come(const shipping::ConsignmentDetails& consignment) {
    return consignment.state == shipping::ConsignmentState::Returned;
  }
};

}  // namespace orders
