// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "banyan/verdict/judge.hpp"
#include "judge_memory.hpp"

namespace banyan::strangler {

/// What is slow: more than the bucket of the control group's quantile, and for the new side the
/// tolerated more. Learnt from what came before, so that nobody is measured by his own times.
class SlowLine {
 public:
  SlowLine(double quantile, const JudgeRules& rules) : quantile_(quantile), rules_(&rules) {}

  bool known() const { return known_; }
  /// So many more requests of the control group until it is; 0: it is.
  std::uint64_t missing() const;
  statistics::Tally slow_of_control(const Window& window) const {
    return {window.latency.above(control_), window.latency.total()};
  }
  statistics::Tally slow_of_new(const Window& window) const {
    return {window.latency.above(new_), window.latency.total()};
  }
  void learn(const statistics::LatencyHistogram& control);

  LineMemory memory() const { return {known_, control_, new_, seen_}; }
  void go_on(const LineMemory& memory);

 private:
  double quantile_;
  const JudgeRules* rules_;
  statistics::LatencyHistogram seen_;
  bool known_ = false;
  std::size_t control_ = 0;
  std::size_t new_ = 0;
};

/// The evidence of one measure of one operation, both ways.
class MeasureEvidence {
 public:
  MeasureEvidence(const statistics::EvidenceOfMore::Rules& worse, double margin)
      : rules_(worse), worse_(worse), margin_(margin), all_clear_(margin, worse_.usual()) {}

  /// The all-clear is looked for anew, from what is known of the reference.
  void begin_step() {
    look_for_the_all_clear();
    put_aside_ = 0;
  }
  /// What was seen last was of another time: one in which there was somebody to compare with, or
  /// nobody.
  void forget_last_minute() { recent_.clear(); }

  /// What is usual, of a reference with which nobody is compared yet.
  void learn(const statistics::Tally& reference);
  /// Begins anew, but for what is usual.
  void forgive();
  /// There is evidence that it is worse, and nobody can tell whose fault that is. It is no verdict:
  /// it is counted, looked for anew, and so is the all-clear, which what came before would outweigh
  /// for hours. Each time one more is needed of it, for who looks often is wrong more often.
  void put_aside();
  bool is_worse(double worse_at) const { return worse_.log_e() >= worse_at; }
  /// The evidence at which it is no worse, as a logarithm: of all times that it was put aside
  /// together, an all-clear by mistake is as seldom as of one, or 1.65 times as often (the sum of
  /// 1/k²).
  static double all_clear_at(double once, std::uint64_t put_aside);

  /// Blocks in which one of the two is empty say nothing and wait for the next. `alone`: there is
  /// no reference, and none is waited for.
  void add(const statistics::Tally& suspect, const statistics::Tally& reference, bool alone);

  Finding finding(Measure measure, double worse_at, double all_clear_at) const;
  bool measured() const { return measured_; }
  /// A whole minute, or as many ticks in which there was any, has been seen.
  bool knows_a_minute() const { return recent_.size() >= kMinute; }

  MeasureMemory memory() const {
    return {worse_.state(), all_clear_.state(), weighed_, put_aside_, measured_};
  }
  /// False, and nothing is changed, when it is no memory of such a measure. What was seen here that
  /// speaks more against the suspect is not forgotten for it.
  bool go_on(const MeasureMemory& memory);
  /// Of the reference only what is usual; what speaks against the suspect stays as it was seen
  /// here.
  void know(double usual);

 private:
  static constexpr std::size_t kMinute = 240;  // ticks
  /// What was seen here against the suspect, beside what the other takes for usual.
  statistics::EvidenceOfMore with_own_bets(statistics::EvidenceOfMore other) const;
  void look_for_the_all_clear() {
    all_clear_ = statistics::EvidenceOfNoMore(margin_, worse_.usual());
    weighed_ = 0;
  }

  struct Block {
    statistics::Tally suspect;
    statistics::Tally reference;
  };

  statistics::EvidenceOfMore::Rules rules_;
  statistics::EvidenceOfMore worse_;
  double margin_;
  statistics::EvidenceOfNoMore all_clear_;
  std::uint64_t weighed_ = 0;    ///< of the suspect, for `all_clear_`
  std::uint64_t put_aside_ = 0;  ///< so often, since the step began
  Block waiting_;
  std::deque<Block> recent_;
  bool measured_ = false;
};

}  // namespace banyan::strangler
