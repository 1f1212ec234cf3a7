// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "banyan/verdict/plan_runner.hpp"

/// What a runner of plans is told in tests.
namespace banyan::strangler {

using Seconds = std::chrono::seconds;

inline OperationVerdict verdict(Judgement judgement, std::uint64_t samples = 5'000,
                                std::string operation = "a.one") {
  const std::string reason = operation + ": " + std::string(to_string(judgement));
  return {.operation = std::move(operation),
          .judgement = judgement,
          .reason = reason,
          .samples = samples};
}
inline const std::vector<OperationVerdict> kGood{verdict(Judgement::BetterOrEqual)};
inline const std::vector<OperationVerdict> kUnknown{verdict(Judgement::CannotTell)};
inline const std::vector<OperationVerdict> kBad{verdict(Judgement::Worse)};

inline std::vector<OperationVerdict> slow() {
  OperationVerdict slow = verdict(Judgement::Worse);
  slow.findings = {{.measure = Measure::Median, .judgement = Judgement::Worse}};
  return {slow};
}

}  // namespace banyan::strangler
