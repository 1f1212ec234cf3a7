// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace shipping {

bool is_here(const Record& record) {
  const Consignment::Data& data = record.consignment.data();
  return data.state == ConsignmentState::InTransit && data.brought_back_at &&
         !record.turn.is_off_again(*data.brought_back_at);
}

ConsignmentDetails details_of(const Record& record) {
  const Consignment::Data& data = record.consignment.data();
  const bool is_back = is_here(record) || data.state == ConsignmentState::Returned;
  ConsignmentDetails details{data.order,    data.customer,      data.state,
                             data.number,   data.return_number, record.turn.problem,
                             data.tracking, data.paid_at,       data.changed_at};
  if (is_back) details.brought_back_at = data.brought_back_at;
  return details;
}

std::optional<ProblemSeenTo> seen_to_of(const Record& record) {
  const std::optional<SeenTo>& seen = record.turn.seen_to;
  if (!seen) return std::nullopt;
  return ProblemSeenTo{seen->by, seen->why, seen->at};
}

std::unexpected<banyan::Error> unknown_consignment(const OrderId& order) {
  return banyan::fail(banyan::ErrorCode::NotFound, "shipping.unknown_consignment",
                      "there is no consignment for order " + order.str() +
                          "; it begins when the"
                          " order is paid");
}

void keep(ShippingWriting& shipping, banyan::UnitOfWork& unit, const Record& record) {
  shipping.save(record);
  for (const Fact& fact : record.consignment.facts()) {
    std::visit([&](const auto& event) { unit.publish(event); }, fact);
  }
}

}  // namespace shipping
