// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "banyan/verdict/judge.hpp"
#include "operation_measures.hpp"
#include "operation_record.hpp"

namespace banyan::strangler {

/// What is lacking of the measure that lacks most, so that the operation is not better or equal;
/// nothing: all is there.
std::optional<Missing> furthest_missing(const OperationRecord& record,
                                        const OperationMeasures& measures,
                                        const std::vector<Finding>& findings);

}  // namespace banyan::strangler
