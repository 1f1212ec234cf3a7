// SPDX-License-Identifier: Apache-2.0
// What both halves of a PlanRunner say and ask, the way forward and the way back.
#pragma once

#include <string>
#include <utility>

#include "banyan/kernel/result.hpp"
#include "banyan/stages/traffic.hpp"
#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

/// Of an order that does not go with the state of a plan.
inline std::unexpected<Error> not_now(std::string message) {
  return fail(ErrorCode::FailedPrecondition, "banyan.plan_state", std::move(message));
}

/// "50%", "100% with the writes"
inline std::string text_of(const Traffic& traffic) {
  return to_string(traffic.reads) + (traffic.writes == Side::Remote ? " with the writes" : "");
}

inline bool has_nothing_new(const Traffic& now) {
  return now.reads == Percent::none() && now.writes == Side::Local;
}

/// A lane of events or a worker.
inline bool is_by_itself(const OperationVerdict& verdict) { return is_unasked(verdict.counted); }

}  // namespace banyan::strangler
