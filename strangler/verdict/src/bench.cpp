// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <algorithm>
#include <utility>

#include "missing.hpp"
#include "reasons.hpp"

namespace banyan::strangler {

void Judge::Bench::begin_step(bool alone) {
  if (record_.alone != alone && !record_.unasked()) measures_.look_who_is_left(alone);
  record_.begin_step(alone);
  measures_.begin_step();
}

void Judge::Bench::forgive() {
  record_.anew = " since it was judged anew";
  measures_.forgive();
}

void Judge::Bench::add(const Moment& moment) {
  look_who_came_home(moment);
  record_.add(moment);
  if (record_.is_write() && moment.new_side.requests == 0) return learn(moment);
  if (record_.unasked()) return add_unasked(moment);
  measures_.add(moment, record_.alone || record_.is_write());
  usual_.add(moment);
}

void Judge::Bench::look_who_came_home(const Moment& moment) {
  if (!record_.unasked() || !homecoming_.has_come(moment, record_)) return;
  begin_step(record_.alone);
  forgive();
  record_.anew = record_.operation.counted == Counted::Work ? " since it is done here again"
                                                            : " since they are handled here again";
}

/// What came at once is not of the same time: one side first, then the other.
void Judge::Bench::add_unasked(const Moment& moment) {
  if (moment.old_side.requests > 0) {
    learn({.new_side = {}, .control = moment.control, .old_side = moment.old_side});
  }
  // Held to a guess, a consumer that has always refused one in ten would be worse.
  if (!record_.knows_what_was_before()) return;
  measures_.add_without_reference(moment.new_side);
}

/// Writes that are on the old side: what is usual of them.
void Judge::Bench::learn(const Moment& moment) {
  record_.before += moment.old_side.failed();
  measures_.learn(moment);
  usual_.add(moment);
}

void Judge::Bench::put_times_aside(double worse_at) {
  if (record_.has_times_alone()) measures_.put_times_aside(worse_at);
}

OperationVerdict Judge::Bench::verdict(double worse_at) const {
  OperationVerdict verdict;
  verdict.operation = record_.name();
  verdict.samples = record_.samples;
  verdict.compared = record_.compared;
  verdict.effect = record_.operation.effect;
  verdict.before = record_.before.of;
  verdict.counted = record_.operation.counted;
  verdict.failed = record_.failed;
  verdict.failed_old = record_.is_write() ? record_.before : record_.failed_old;
  verdict.findings = findings(worse_at);
  verdict.far_slower = is_far_slower(verdict.findings);
  const auto worse = std::ranges::find(verdict.findings, Judgement::Worse, &Finding::judgement);
  if (worse != verdict.findings.end() && record_.knows_what_was_before()) {
    verdict.judgement = Judgement::Worse;
    verdict.reason = why_it_is_worse(record_, *worse, worse_at);
    return verdict;
  }
  const auto missing = furthest_missing(record_, measures_, verdict.findings);
  verdict.reason = why_nobody_can_tell(record_, verdict.findings, missing);
  if (verdict.reason.empty()) {
    verdict.judgement = Judgement::BetterOrEqual;
    verdict.reason = why_it_is_no_worse(record_, verdict.findings);
  } else if (record_.has_what_is_counted()) {
    verdict.missing = missing;
  }
  return verdict;
}

std::vector<Finding> Judge::Bench::findings(double worse_at) const {
  std::vector<Finding> all = measures_.findings(worse_at);
  if (record_.is_write()) all.front().reference = record_.before;
  for (Finding& each : all)
    each.alone = record_.has_times_alone() && each.measure != Measure::Differences;
  return all;
}

bool Judge::Bench::is_far_slower(const std::vector<Finding>& findings) const {
  constexpr double kHalf = 0.5;
  constexpr std::uint64_t kFew = 100;
  const Finding& slowest = findings.back();
  return record_.has_times_alone() && measures_.knows_a_minute() && slowest.suspect.of >= kFew &&
         slowest.suspect.share() > kHalf;
}

std::optional<OperationMemory> Judge::Bench::memory() const {
  if (record_.unasked()) return std::nullopt;
  OperationMemory memory;
  memory.operation = record_.name();
  memory.samples = record_.samples;
  memory.compared = record_.compared;
  memory.control = record_.control;
  memory.ticks = record_.ticks;
  memory.failed = record_.failed;
  memory.failed_old = record_.failed_old;
  memory.before = record_.before;
  memory.long_run = usual_.long_run();
  measures_.keep_in(memory);
  return memory;
}

void Judge::Bench::go_on(const OperationMemory& memory) {
  record_.samples = memory.samples;
  record_.compared = memory.compared;
  record_.control = memory.control;
  record_.ticks = memory.ticks;
  record_.failed = memory.failed;
  record_.failed_old = memory.failed_old;
  record_.before = memory.before;
  usual_.go_on(memory.long_run);
  measures_.go_on(memory);
}

void Judge::Bench::know_what_is_usual(const OperationMemory& memory) {
  record_.before = memory.before;
  usual_.go_on(memory.long_run);
  measures_.know_what_is_usual(memory);
}

}  // namespace banyan::strangler
