// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "application/use_cases.hpp"

namespace shipping {

banyan::Result<void> begin_consignment(const UseCaseContext& use_case,
                                       const payments::PaymentCaptured& paid,
                                       const banyan::Context& context) {
  const auto order = OrderId::parse(paid.order.str()).value();
  const auto customer = CustomerId::parse(paid.customer.str()).value();
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(
      context, [&](ShippingWriting& shipping, banyan::UnitOfWork& unit) -> banyan::Result<void> {
        if (shipping.find(order)) return {};  // begun already, or cancelled before
        Turn turn;
        turn.waits_until = unit.lease_now();  // due at once, and everybody knows since when
        shipping.add({Consignment::begin(order, customer, paid.captured_at, now, paid.country),
                      std::move(turn)});
        return {};
      });
}

}  // namespace shipping
