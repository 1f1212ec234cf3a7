// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "kernel/result.hpp"
#include "orders/port.hpp"

namespace orders {

/// "orders.bad_lines" and "orders.bad_quantity" for what nobody can order, all wrong places at
/// once.
banyan::Result<void> check_lines(const std::vector<LineRequest>& lines);

/// An order as a state machine:
///
///     Placed ──▶ Reserved ──▶ Confirmed
///        └──────────┴───────▶ Cancelled, for a reason
///
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
    banyan::Timestamp placed_at;
    banyan::Timestamp changed_at;
    friend bool operator==(const Data&, const Data&) = default;
  };

  /// Adds the lines up. "orders.mixed_currencies"; "orders.bad_quantity" when the sum is beyond
  /// all measure.
  static banyan::Result<Order> place(OrderId id, CustomerId customer, std::vector<OrderLine> lines,
                                     banyan::Timestamp now);
  static Order stored(Data data) { return Order(std::move(data)); }

  banyan::Result<void> reserve(banyan::Timestamp now);
  banyan::Result<void> confirm(banyan::Timestamp now);
  banyan::Result<void> cancel(CancelReason reason, banyan::Timestamp now);

  bool finished() const;
  /// Was it placed by this request?
  bool is_for(const PlaceOrder& request) const;

  const Data& data() const { return data_; }

 private:
  explicit Order(Data data) : data_(std::move(data)) {}
  banyan::Result<void> become(OrderState next, banyan::Timestamp now);

  Data data_;
};

}  // namespace orders
