// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "banyan/verdict/judge.hpp"
#include "operation_record.hpp"

/// What people read behind a verdict, with the figures.
namespace banyan::strangler {

/// `worse_at`: the evidence at which it is worse.
std::string why_it_is_worse(const OperationRecord& record, const Finding& finding, double worse_at);

/// Why the operation is not better or equal yet; "" when it is. `missing`: of the measure that
/// lacks most, which has one of the findings.
std::string why_nobody_can_tell(const OperationRecord& record, const std::vector<Finding>& findings,
                                const std::optional<Missing>& missing);

std::string why_it_is_no_worse(const OperationRecord& record, const std::vector<Finding>& findings);

}  // namespace banyan::strangler
