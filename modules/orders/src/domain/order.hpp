// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "domain/tax.hpp"
#include "orders/port.hpp"

namespace orders {

/// "orders.bad_lines" and "orders.bad_quantity" for what nobody can order, all wrong places at
/// once.
banyan::Result<void> check_lines(const std::vector<LineRequest>& lines);

/// "orders.price_changed", with both prices of each line that was seen at another price than it has
/// now. `now` are the lines that `seen` has become, in the same order.
banyan::Result<void> check_prices_seen(const std::vector<LineRequest>& seen,
                                       const std::vector<OrderLine>& now);

/// The word for a state: in tables, histories and messages. They never change.
std::string_view word_of(OrderState state);

/// An order as a state machine:
///
///     Placed ──▶ Reserved ──▶ Paid ──▶ Shipped ──▶ Delivered ──▶ Returned
///        │          │          │          └── brought back ────────▲
///        └──────────┴──────────┴─────▶ Cancelled, for a reason
///
/// Shipping knows first what the carrier has brought back on its way out, and tells.
/// Everything else is "orders.illegal_transition" and changes nothing.
class Order {
 public:
  struct Data {
    OrderId id;
    CustomerId customer;
    OrderState state = OrderState::Placed;
    std::optional<CancelReason> cancel_reason;
    std::vector<OrderLine> lines;
    banyan::Money total;
    TaxRate tax_rate;
    banyan::Money tax;           ///< of the total
    std::string payment_method;  ///< "": sold before there were payments
    banyan::Timestamp placed_at;
    banyan::Timestamp changed_at;
    std::string country{};  ///< whose tax it is; "": of a version before, which kept none
    /// While it is shipped: the carrier has brought it back on its way out, then.
    std::optional<banyan::Timestamp> brought_back_at{};
    friend bool operator==(const Data&, const Data&) = default;
  };

  /// How it is to be paid.
  struct Terms {
    TaxRate tax_rate;
    std::string payment_method;
    std::string country{};  ///< that it goes to, and whose tax it is
  };
  /// Adds the lines up, and the tax on their sum. "orders.mixed_currencies"; "orders.bad_quantity"
  /// when the sum is beyond all measure.
  static banyan::Result<Order> place(OrderId id, CustomerId customer, std::vector<OrderLine> lines,
                                     Terms terms, banyan::Timestamp now);
  static Order stored(Data data) { return Order(std::move(data)); }

  banyan::Result<void> reserve(banyan::Timestamp now);
  banyan::Result<void> pay(banyan::Timestamp now);
  banyan::Result<void> ship(banyan::Timestamp now);
  banyan::Result<void> deliver(banyan::Timestamp now);
  banyan::Result<void> cancel(CancelReason reason, banyan::Timestamp now);
  banyan::Result<void> take_back(banyan::Timestamp now);

  /// The carrier has brought it back on its way out, or (nothing) has it once more. Changes nothing
  /// but of what is shipped.
  void brought_back(std::optional<banyan::Timestamp> at);

  /// On its way out as well: the carrier may have brought it back.
  bool may_be_taken_back() const;
  /// Was it placed by this request?
  bool is_for(const PlaceOrder& request) const;

  const Data& data() const { return data_; }

 private:
  explicit Order(Data data) : data_(std::move(data)) {}
  banyan::Result<void> become(OrderState next, banyan::Timestamp now);

  Data data_;
};

}  // namespace orders
