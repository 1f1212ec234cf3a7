// SPDX-License-Identifier: Apache-2.0
#include "measures.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace banyan::strangler {
namespace {

/// Requests above the quantile that must have been seen before it is known.
constexpr double kLeastAbove = 20;
/// What is learnt is looked at anew when so many more have been seen, and half is forgotten then.
constexpr std::uint64_t kRemembered = 20'000;

}  // namespace

std::uint64_t SlowLine::missing() const {
  if (known_) return 0;
  const auto needed = static_cast<std::uint64_t>(std::ceil(kLeastAbove / (1 - quantile_)));
  return needed - std::min(needed, seen_.total());
}

void SlowLine::learn(const statistics::LatencyHistogram& control) {
  seen_ += control;
  const double above = static_cast<double>(seen_.total()) * (1 - quantile_);
  if (known_ ? seen_.total() < kRemembered : above < kLeastAbove) return;
  known_ = true;
  control_ = seen_.bucket_of_quantile(quantile_);
  const auto end = statistics::LatencyBuckets::end(control_);
  const auto allowed = std::chrono::microseconds(std::llround(static_cast<double>(end.count()) *
                                                              (1 + rules_->latency_tolerance))) +
                       rules_->latency_slack;
  new_ = statistics::LatencyBuckets::of(allowed);
  if (seen_.total() >= kRemembered) seen_ = {};
}

void MeasureEvidence::learn(const statistics::Tally& reference) {
  worse_.add({}, reference);
  all_clear_.add({}, reference);
}

void MeasureEvidence::forgive() {
  rules_.usual = worse_.usual();
  worse_ = statistics::EvidenceOfMore(rules_);
  begin_step();
  waiting_ = {};
  recent_.clear();
  measured_ = false;
}

void MeasureEvidence::add(const statistics::Tally& suspect, const statistics::Tally& reference,
                          bool alone) {
  waiting_.suspect += suspect;
  waiting_.reference += reference;
  if (waiting_.suspect.of == 0 || (waiting_.reference.of == 0 && !alone)) {
    worse_.add({}, {});
    return;
  }
  const Block block = std::exchange(waiting_, {});
  worse_.add(block.suspect, block.reference);
  all_clear_.add(block.suspect, block.reference);
  weighed_ += block.suspect.of;
  recent_.push_back(block);
  if (recent_.size() > kMinute) recent_.pop_front();
  measured_ = true;
}

Finding MeasureEvidence::finding(Measure measure, double worse_at, double all_clear_at) const {
  Finding finding{.measure = measure};
  finding.measured = measured_;
  finding.evidence_worse = worse_.log_e();
  finding.evidence_all_clear = all_clear_.log_e();
  finding.weighed = weighed_;
  if (finding.evidence_worse >= worse_at) {
    finding.judgement = Judgement::Worse;
  } else if (measured_ && finding.evidence_all_clear >= all_clear_at) {
    finding.judgement = Judgement::BetterOrEqual;
  }
  for (const Block& each : recent_) {
    finding.suspect += each.suspect;
    finding.reference += each.reference;
  }
  return finding;
}

}  // namespace banyan::strangler
