// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace shipping {

banyan::Result<ConsignmentProblem> get_problem(const UseCaseContext& use_case,
                                               const GetProblem& request,
                                               const banyan::Context& context) {
  const std::optional<Record> record = use_case.store.read(
      context, [&](ShippingReading& shipping) { return shipping.find(request.order); });
  if (!record) return unknown_consignment(request.order);
  return ConsignmentProblem{request.order, record->turn.problem, record->turn.problem_since,
                            seen_to_of(*record)};
}

}  // namespace shipping
