// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/kernel/chain.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/telemetry/call_statistics.hpp"

namespace banyan::host {

/// A port as one caller has it: what stands behind it, and who calls is counted, whatever binding
/// that is. A broken rule is an answer; only what an operator must look at counts as failed.
template <class P_>
class Counted {
 public:
  /// All references must outlive it.
  Counted(P_& port, std::string_view caller, telemetry::CallStatistics& callers, const Clock& clock)
      : port_(&port), caller_(caller), callers_(&callers), clock_(&clock) {}

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& context) {
    const SteadyTime begin = clock_->steady();
    auto answer = port_->handle(operation, context);
    const bool failed = !answer && (answer.error().code == ErrorCode::Internal ||
                                    answer.error().code == ErrorCode::Unavailable ||
                                    answer.error().code == ErrorCode::DeadlineExceeded);
    callers_->record(P::port.name, Op::operation.name, caller_, failed, clock_->steady() - begin);
    return answer;
  }

 private:
  P_* port_;
  std::string caller_;
  telemetry::CallStatistics* callers_;
  const Clock* clock_;
};

template <IsPort P>
std::unique_ptr<P> count_calls(P& port, std::string_view caller, telemetry::CallStatistics& callers,
                               const Clock& clock) {
  return std::make_unique<Chain<P, Counted<P>>>(Counted<P>(port, caller, callers, clock));
}

}  // namespace banyan::host
