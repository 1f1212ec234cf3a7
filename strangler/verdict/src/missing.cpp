// SPDX-License-Identifier: Apache-2.0
#include "missing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace banyan::strangler {
namespace {

bool is_lacking(const OperationRecord& record, const Finding& finding) {
  if (finding.judgement == Judgement::BetterOrEqual) return false;
  // Answers are compared only where somebody asked for it.
  if (finding.measure == Measure::Differences && record.compared == 0) return false;
  // Of writes that have moved nobody comes any more who could be compared with.
  return !record.is_write() || finding.measure == Measure::Failures || finding.measured;
}

/// How long so many take if they come as `seen` have come since the step began.
std::optional<std::chrono::seconds> time_of(const OperationRecord& record, std::uint64_t more,
                                            std::uint64_t seen) {
  if (record.ticks == 0 || seen == 0) return std::nullopt;
  const std::chrono::duration<double> passed = record.rules->tick * record.ticks;
  const double seconds = passed.count() * static_cast<double>(more) / static_cast<double>(seen);
  constexpr double kMost = 1e9;
  return std::chrono::seconds(std::llround(std::ceil(std::min(kMost, seconds))));
}

Missing missing_of(const OperationRecord& record, const OperationMeasures& measures,
                   const Finding& finding) {
  Missing missing{.measure = finding.measure};
  if (!finding.measured) {
    missing.of_old_side = true;
    const SlowLine* const line = measures.line_of(finding.measure);
    if (line == nullptr || line->known() || record.alone) return missing;
    missing.more = line->missing();
    missing.time = time_of(record, *missing.more, record.control);
    return missing;
  }
  const double needed = MeasureEvidence::all_clear_at(measures.all_clear_at(), finding.put_aside);
  missing.evidence = std::clamp(finding.evidence_all_clear / needed, 0.0, 1.0);
  if (finding.evidence_all_clear <= 0 || finding.weighed == 0) return missing;
  // It grows by each observation about alike.
  const double each = finding.evidence_all_clear / static_cast<double>(finding.weighed);
  const double lacking = std::max(0.0, needed - finding.evidence_all_clear);
  constexpr double kMost = 1e12;
  missing.more = static_cast<std::uint64_t>(std::min(kMost, std::ceil(lacking / each)));
  missing.time = time_of(record, *missing.more, finding.weighed);
  return missing;
}

}  // namespace

std::optional<Missing> furthest_missing(const OperationRecord& record,
                                        const OperationMeasures& measures,
                                        const std::vector<Finding>& findings) {
  std::optional<Missing> most;
  for (const Finding& each : findings) {
    if (!is_lacking(record, each)) continue;
    const Missing one = missing_of(record, measures, each);
    const bool further = !most || (most->more && (!one.more || *one.more > *most->more));
    if (further) most = one;
  }
  return most;
}

}  // namespace banyan::strangler
