// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "banyan/kernel/bindings.hpp"
#include "customers/port.hpp"
#include "payments/port.hpp"
#include "shipping/port.hpp"

/// What orders' neighbours do, in a few lines each: they keep the laws of participants, and say no
/// where a test wants it.
namespace orders::testing {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

/// Everybody is a customer in Germany.
class SomeCustomers {
 public:
  std::map<customers::CustomerId, customers::Customer> except;

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const banyan::Context& /*context*/) {
    if constexpr (std::same_as<Op, customers::GetCustomer>) {
      const auto found = except.find(operation.id);
      return found == except.end() ? anybody(operation.id) : found->second;
    }
    return fail(ErrorCode::Internal, "test.not_made", "this customer does nothing else");
  }
  static customers::Customer anybody(const customers::CustomerId& id) {
    customers::Customer customer;
    customer.id = id;
    customer.address = customers::Address{"Ada", "Ring 1", "10115", "Berlin", "DE"};
    return customer;
  }
};

class SomePayments {
 public:
  struct Book {
    payments::PaymentState state = payments::PaymentState::Authorised;
    std::int64_t amount = 0;
    std::set<std::string> refunds{};
    std::int64_t refunded = 0;
    std::string method{};  ///< that it was asked for with
  };
  std::map<payments::OrderId, Book> books;
  std::int64_t limit = 1'000'000;  ///< more is declined
  bool forgets_undo = false;       ///< a planted fault: it keeps no tombstones
  bool refunds_again = false;      ///< another: it does not know a refund again

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const banyan::Context& /*context*/) {
    using payments::PaymentState;
    const std::lock_guard lock(mutex_);
    const auto found = books.find(operation.order);
    const bool known = found != books.end();
    if constexpr (std::same_as<Op, payments::Authorise>) {
      if (!known) {
        const bool good = operation.amount.minor_units <= limit;
        books[operation.order] = {good ? PaymentState::Authorised : PaymentState::Declined,
                                  operation.amount.minor_units,
                                  {},
                                  0,
                                  operation.method};
      }
      const PaymentState state = books[operation.order].state;
      if (state == PaymentState::Declined) return refused("payments.declined");
      if (state == PaymentState::Voided) return refused("payments.voided");
      return answer(operation.order);
    } else if constexpr (std::same_as<Op, payments::Void>) {
      if (!known && forgets_undo) return payments::Payment{.order = operation.order};
      if (known && found->second.state == PaymentState::Captured) {
        return refused("payments.already_captured");
      }
      if (!known) books[operation.order] = {.state = PaymentState::Voided};
      if (known && found->second.state == PaymentState::Authorised) {
        found->second.state = PaymentState::Voided;
      }
      return answer(operation.order);
    } else if constexpr (std::same_as<Op, payments::Capture>) {
      if (!known) return refused("payments.unknown_payment");
      if (found->second.state == PaymentState::Authorised) {
        found->second.state = PaymentState::Captured;
      }
      if (found->second.state != PaymentState::Captured) return refused("payments.voided");
      return answer(operation.order);
    } else if constexpr (std::same_as<Op, payments::Refund>) {
      if (!known || found->second.state != PaymentState::Captured) {
        return refused("payments.not_captured");
      }
      if (found->second.refunds.insert(operation.refund).second || refunds_again) {
        found->second.refunded += operation.amount;
      }
      return answer(operation.order);
    } else {
      return refused("payments.unknown_payment");
    }
  }

  /// All that was taken, less what was given back.
  std::int64_t taken() const {
    std::int64_t sum = 0;
    for (const auto& [order, book] : books) {
      if (book.state == payments::PaymentState::Captured) sum += book.amount - book.refunded;
    }
    return sum;
  }
  /// Payments that are neither taken nor given up.
  std::size_t held() const {
    std::size_t count = 0;
    for (const auto& [order, book] : books) {
      count += book.state == payments::PaymentState::Authorised ? 1 : 0;
    }
    return count;
  }

 private:
  std::mutex mutex_;
  static std::unexpected<banyan::Error> refused(const char* rule) {
    return fail(ErrorCode::FailedPrecondition, rule, "no");
  }
  payments::Payment answer(const payments::OrderId& order) const {
    payments::Payment payment;
    payment.order = order;
    payment.state = books.at(order).state;
    return payment;
  }
};

/// A consignment is where the test has put it; `Ordered` is where it begins.
class SomeShipping {
 public:
  std::map<shipping::OrderId, shipping::ConsignmentState> at;
  std::set<shipping::OrderId> brought_back;  ///< on their way out

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const banyan::Context& /*context*/) {
    using shipping::ConsignmentState;
    if constexpr (std::same_as<typename Op::Response, shipping::ConsignmentDetails>) {
      ConsignmentState& state = at[operation.order];
      if constexpr (std::same_as<Op, shipping::CancelConsignment>) {
        if (state > ConsignmentState::Booked && state != ConsignmentState::Cancelled) {
          return fail(ErrorCode::FailedPrecondition, "shipping.already_dispatched", "too late");
        }
        state = ConsignmentState::Cancelled;
      } else if constexpr (std::same_as<Op, shipping::AnnounceReturn>) {
        if (state == ConsignmentState::Delivered) state = ConsignmentState::Returning;
        if (state == ConsignmentState::InTransit && brought_back.contains(operation.order)) {
          state = ConsignmentState::Returned;
        }
        if (state != ConsignmentState::Returning && state != ConsignmentState::Returned) {
          return fail(ErrorCode::FailedPrecondition, "shipping.not_delivered", "not there yet");
        }
      }
      shipping::ConsignmentDetails details;
      details.order = operation.order;
      details.state = state;
      if (state == ConsignmentState::InTransit && brought_back.contains(operation.order)) {
        details.brought_back_at = banyan::Timestamp{1'760'000'000'000'000};
      }
      return details;
    } else {
      return fail(ErrorCode::Internal, "test.not_made", "this shipping does nothing else");
    }
  }
};

/// A neighbour as a port, whose inside the test can look into.
template <class Port, class Inside>
class Neighbour {
 public:
  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const banyan::Context& context) {
    return inside_->template call<P>(operation, context);
  }
  explicit Neighbour(Inside& inside) : inside_(&inside) {}

 private:
  Inside* inside_;
};
template <class Port, class Inside>
using NeighbourPort = banyan::Chain<Port, Neighbour<Port, Inside>>;

/// All that orders needs besides the catalogue and the warehouse.
struct Neighbours {
  SomeCustomers customers;
  SomePayments payments;
  SomeShipping shipping;
  NeighbourPort<customers::Customers, SomeCustomers> customers_port{
      Neighbour<customers::Customers, SomeCustomers>(customers)};
  NeighbourPort<payments::Payments, SomePayments> payments_port{
      Neighbour<payments::Payments, SomePayments>(payments)};
  NeighbourPort<shipping::Shipping, SomeShipping> shipping_port{
      Neighbour<shipping::Shipping, SomeShipping>(shipping)};
};

}  // namespace orders::testing
