// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace shipping {

using banyan::Result;

Result<ConsignmentDetails> refresh_tracking(const UseCaseContext& use_case,
                                            const RefreshTracking& request,
                                            const banyan::Context& context) {
  return use_case.store.write(
      context,
      [&](ShippingWriting& shipping, banyan::UnitOfWork& unit) -> Result<ConsignmentDetails> {
        std::optional<Record> record = shipping.find(request.order);
        if (!record) return unknown_consignment(request.order);
        record->consignment.heard_of();
        if (record->consignment.errand()) {
          record->turn.news();
          keep(shipping, unit, *record);
        }
        return details_of(*record);
      });
}

}  // namespace shipping
