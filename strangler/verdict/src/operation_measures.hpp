// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "banyan/verdict/judge.hpp"
#include "judge_memory.hpp"
#include "measures.hpp"

namespace banyan::strangler {

/// The evidence of all measures of one operation.
class OperationMeasures {
 public:
  /// The rules must outlive it.
  explicit OperationMeasures(const JudgeRules& rules);

  void begin_step();
  void forgive();
  /// The last minute was of another time. What spoke against times while nobody was there to
  /// compare with may have been the day.
  void look_who_is_left(bool alone);

  /// Both sides in the same time; `alone`: the old one is not there any more.
  void add(const Moment& moment, bool alone);
  /// The new side where nobody is compared with it.
  void add_without_reference(const Window& new_side);
  /// The old side where nobody is compared with it yet: what is usual.
  void learn(const Moment& moment);

  /// Where nobody is left to compare with, longer times are not known for the new side's.
  void put_times_aside(double worse_at);

  /// In the order of Measure.
  std::vector<Finding> findings(double worse_at) const;
  /// See MeasureEvidence::all_clear_at().
  double all_clear_at() const { return all_clear_at_; }
  /// Null for what is no time.
  const SlowLine* line_of(Measure measure) const;
  /// A whole minute of the longest times has been seen.
  bool knows_a_minute() const { return times_.back().knows_a_minute(); }

  void keep_in(OperationMemory& memory) const;
  /// By other rules than these the measures begin anew.
  void go_on(const OperationMemory& memory);
  void know_what_is_usual(const OperationMemory& memory);

 private:
  double all_clear_at_;
  MeasureEvidence failures_;
  MeasureEvidence differences_;
  std::array<SlowLine, 3> lines_;
  std::array<MeasureEvidence, 3> times_;
};

}  // namespace banyan::strangler
