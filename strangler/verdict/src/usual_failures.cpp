// SPDX-License-Identifier: Apache-2.0
#include "usual_failures.hpp"

#include <algorithm>

#include "measure_rules.hpp"

namespace banyan::strangler {
namespace {

/// In ticks: for what is meant by now, and by a long run.
constexpr double kNow = 40;
constexpr std::uint64_t kLongRun = 2'000'000;

}  // namespace

void UsualFailures::add(const Moment& moment) {
  ++ticks_seen_;
  new_requests_ += static_cast<double>(moment.new_side.requests);
  if (ticks_seen_ >= 240) {
    ticks_seen_ /= 2;
    new_requests_ /= 2;
  }
  const statistics::Tally old = moment.old_side.failed();
  long_run_ += old;
  if (long_run_.of > kLongRun) long_run_ = {long_run_.hits / 2, long_run_.of / 2};
  recent_ += old;
  if (++recent_ticks_ >= kNow) {
    recent_ = {recent_.hits / 2, recent_.of / 2};
    recent_ticks_ /= 2;
  }
}

statistics::BurstRule UsualFailures::burst_rule(const JudgeRules& rules) const {
  if (long_run_.of == 0) return statistics::BurstRule::of(0.01, 1e8, rules.false_alarms);
  // What both sides suffer from now, a database that is down for one, is not the new side's.
  const double now = recent_.of == 0 ? 0 : 1.5 * recent_.share();
  const double a_day =
      ticks_seen_ == 0
          ? 1e8
          : std::max(1e4, new_requests_ / static_cast<double>(ticks_seen_) * ticks_a_day(rules));
  return statistics::BurstRule::of(std::max(statistics::at_most(long_run_), now), a_day,
                                   rules.false_alarms);
}

}  // namespace banyan::strangler
