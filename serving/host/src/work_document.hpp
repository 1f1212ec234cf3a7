// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "work_evidence.hpp"
#include "work_ledger.hpp"

namespace banyan::host {

/// What operators see of a verdict about what nobody requests.
nlohmann::ordered_json verdict_view(const strangler::OperationVerdict& verdict);

/// /_banyan/api/work: what the workers of each module have done, here and at its service, and how
/// that is judged; of one whose service does not say so, why. `evidence`: null where this process
/// shifts nobody's traffic.
std::string work_json(const WorkLedger& ledger, const WorkEvidence* evidence);

}  // namespace banyan::host
