// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/statistics/exact_test.hpp"
#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

/// What is judged, and what was counted of it.
struct OperationRecord {
  /// The rules must outlive it.
  OperationRecord(JudgedOperation judged, const JudgeRules& by)
      : operation(std::move(judged)), rules(&by) {}

  const std::string& name() const { return operation.name; }
  bool is_write() const { return operation.effect == Effect::Write; }
  /// A lane of events or a worker.
  bool unasked() const { return is_unasked(operation.counted); }
  /// "requests", "units of work": as people call what is counted.
  std::string units() const {
    return operation.counted == Counted::Work ? "units of work"
                                              : std::string(to_string(operation.counted));
  }
  /// Requests of which all are on the new side: reads that have moved, and writes, which move as a
  /// whole.
  bool has_times_alone() const { return !unasked() && (alone || is_write()); }
  /// Not to be told for or against without that.
  bool knows_what_was_before() const {
    return operation.counted == Counted::Requests || before.of >= rules->known_before;
  }
  /// Whether all is there that is counted, so that evidence is what is missing.
  bool has_what_is_counted() const {
    return samples > 0 && compared >= rules->compared && knows_what_was_before();
  }

  void begin_step(bool nobody_is_left) {
    alone = nobody_is_left;
    samples = compared = ticks = control = 0;
    failed = failed_old = {};
  }
  void add(const Moment& moment) {
    samples += moment.new_side.requests;
    compared += moment.new_side.compared;
    control += moment.control.requests;
    failed += moment.new_side.failed();
    failed_old += moment.old_side.failed();
    if (samples > 0) ++ticks;
  }

  JudgedOperation operation;
  const JudgeRules* rules;
  bool alone = false;          ///< nothing is left on the old side
  std::string_view anew{};     ///< since when there is evidence, where that is not the beginning
  statistics::Tally before{};  ///< of writes, events and work: on the old side
  // Since the step began:
  std::uint64_t samples = 0;
  std::uint64_t compared = 0;
  std::uint64_t control = 0;
  std::uint64_t ticks = 0;  ///< with the first request on the new side
  statistics::Tally failed{};
  statistics::Tally failed_old{};
};

}  // namespace banyan::strangler
