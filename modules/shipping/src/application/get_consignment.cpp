// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace shipping {

banyan::Result<ConsignmentDetails> get_consignment(const UseCaseContext& use_case,
                                                   const GetConsignment& request,
                                                   const banyan::Context& context) {
  const std::optional<Record> record = use_case.store.read(
      context, [&](ShippingReading& shipping) { return shipping.find(request.order); });
  if (!record) return unknown_consignment(request.order);
  return details_of(*record);
}

}  // namespace shipping
