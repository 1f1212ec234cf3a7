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

void SlowLine::go_on(const LineMemory& memory) {
  known_ = memory.known;
  control_ = memory.control;
  new_ = memory.new_side;
  seen_ = memory.seen;
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

void MeasureEvidence::put_aside() {
  rules_.usual = worse_.usual();
  worse_ = statistics::EvidenceOfMore(rules_);
  look_for_the_all_clear();
  ++put_aside_;
}

double MeasureEvidence::all_clear_at(double once, std::uint64_t put_aside) {
  return once + 2 * std::log1p(static_cast<double>(put_aside));
}

statistics::EvidenceOfMore MeasureEvidence::with_own_bets(statistics::EvidenceOfMore other) const {
  auto state = other.state();
  auto own = worse_.state();
  state.log_bets = std::move(own.log_bets);
  state.begun = own.begun;
  (void)other.go_on(state);
  return other;
}

// Whichever speaks more against it, and never both: nobody forgets a side that he has seen failing
// because he goes on with what another one has seen. That is one false alarm for each of the two,
// as where each of them judges by himself.
bool MeasureEvidence::go_on(const MeasureMemory& memory) {
  statistics::EvidenceOfMore worse(rules_);
  statistics::EvidenceOfNoMore all_clear = all_clear_;
  if (!worse.go_on(memory.worse) || !all_clear.go_on(memory.all_clear)) return false;
  const double own = worse_.log_e();
  const bool has_seen_more = own > 0 && own > worse.log_e();
  worse_ = has_seen_more ? with_own_bets(std::move(worse)) : std::move(worse);
  all_clear_ = all_clear;
  weighed_ = memory.weighed;
  put_aside_ = memory.put_aside;
  measured_ = memory.measured;
  return true;
}

void MeasureEvidence::know(double usual) {
  rules_.usual = usual;
  worse_ = with_own_bets(statistics::EvidenceOfMore(rules_));
  begin_step();
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
  const double needed = MeasureEvidence::all_clear_at(all_clear_at, put_aside_);
  finding.measured = measured_;
  finding.evidence_worse = worse_.log_e();
  finding.evidence_all_clear = all_clear_.log_e();
  finding.weighed = weighed_;
  finding.usual = worse_.usual();
  finding.put_aside = put_aside_;
  if (finding.evidence_worse >= worse_at) {
    finding.judgement = Judgement::Worse;
  } else if (measured_ && finding.evidence_all_clear >= needed) {
    finding.judgement = Judgement::BetterOrEqual;
  }
  for (const Block& each : recent_) {
    finding.suspect += each.suspect;
    finding.reference += each.reference;
  }
  return finding;
}

}  // namespace banyan::strangler
