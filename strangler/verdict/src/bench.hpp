// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "banyan/verdict/judge.hpp"
#include "homecoming.hpp"
#include "judge_memory.hpp"
#include "operation_measures.hpp"
#include "operation_record.hpp"
#include "usual_failures.hpp"

namespace banyan::strangler {

/// All there is about one operation.
class Judge::Bench {
 public:
  /// The rules must outlive it.
  Bench(JudgedOperation operation, const JudgeRules& rules)
      : record_(std::move(operation), rules), measures_(rules) {}

  // See Judge.
  void begin_step(bool alone);
  void forgive();
  void add(const Moment& moment);
  /// Where nobody is left to compare with, longer times are not known for the new side's.
  void put_times_aside(double worse_at);

  /// `worse_at`: the evidence at which it is worse.
  OperationVerdict verdict(double worse_at) const;
  statistics::BurstRule burst_rule() const { return usual_.burst_rule(*record_.rules); }

  /// Nothing of lanes and workers, which have their own.
  std::optional<OperationMemory> memory() const;
  void go_on(const OperationMemory& memory);
  void know_what_is_usual(const OperationMemory& memory);

 private:
  void look_who_came_home(const Moment& moment);
  void add_unasked(const Moment& moment);
  void learn(const Moment& moment);
  std::vector<Finding> findings(double worse_at) const;
  bool is_far_slower(const std::vector<Finding>& findings) const;

  OperationRecord record_;
  OperationMeasures measures_;
  UsualFailures usual_;
  Homecoming homecoming_;
};

}  // namespace banyan::strangler
