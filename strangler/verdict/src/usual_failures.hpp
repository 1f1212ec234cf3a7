// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "banyan/statistics/evidence.hpp"
#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

/// How often requests of the old side fail, in the long run and now, and how many the new side
/// gets: what a burst is told from.
class UsualFailures {
 public:
  void add(const Moment& moment);
  statistics::BurstRule burst_rule(const JudgeRules& rules) const;

  const statistics::Tally& long_run() const { return long_run_; }
  void go_on(const statistics::Tally& long_run) { long_run_ = long_run; }

 private:
  statistics::Tally long_run_{};
  statistics::Tally recent_{};
  double recent_ticks_ = 0;
  std::uint64_t ticks_seen_ = 0;
  double new_requests_ = 0;
};

}  // namespace banyan::strangler
