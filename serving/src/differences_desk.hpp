// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/comparison/replay.hpp"
#include "banyan/control/admin_api.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/telemetry/log.hpp"
#include "chain/stations.hpp"
#include "rollout_book.hpp"

namespace banyan::serving {

/// What operators see of the comparisons of old and new, below /_banyan/api/differences:
///
///     GET  ?module=NAME               what was copied and what differs, of all rollouts or of one
///     POST /replay {"example": "catalog:3"}      asks both sides again, and compares
///
/// What is hidden of an example (its `needs` in the list) is said with it: "target", "headers",
/// "body". Whoever fills in a form says "parts" in place of the target, one for each "…" of it, and
/// is told of each place that is wrong. It is used for this once, and nothing of it is kept, logged
/// or answered. That it was asked again is: by whom and why, if they say so, and with what, by
/// name.
///
/// Safe for concurrent use.
class DifferencesDesk {
 public:
  /// All must outlive it.
  DifferencesDesk(const CurrentRoutes& routes, const RolloutBook& book, const Clock& clock,
                  const telemetry::Log& log)
      : routes_(routes), book_(book), clock_(clock), log_(log) {}

  /// Blocks on both sides where an example is replayed.
  strangler::AdminAnswer answer(const strangler::AdminRequest& request) const;

 private:
  strangler::AdminAnswer list(std::string_view module) const;
  struct Asker {
    std::string_view who;
    std::string_view why;
  };
  strangler::AdminAnswer replay(std::string_view example, const strangler::ReplayWords& words,
                                const Asker& asker) const;

  const CurrentRoutes& routes_;
  const RolloutBook& book_;
  const Clock& clock_;
  const telemetry::Log& log_;
};

}  // namespace banyan::serving
