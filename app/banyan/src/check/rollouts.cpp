// SPDX-License-Identifier: Apache-2.0
#include "check/rollouts.hpp"

#include <algorithm>
#include <string>

#include "banyan/kernel/in_quotes.hpp"
#include "banyan/routing/rollout_reach.hpp"
#include "check/of_an_application.hpp"

namespace banyan::cli::check {
namespace {

using strangler::Configuration;
using strangler::Route;

void look_at_unused_rollouts(const Configuration& configuration, std::vector<Finding>& found) {
  const bool of_application = may_be_of_an_application(configuration);
  for (const strangler::RolloutPlan& plan : configuration.rollouts) {
    const bool used =
        of_application || std::ranges::any_of(configuration.routes, [&](const Route& route) {
          return route.rollout == plan.name;
        });
    if (used) continue;
    add(found, Weight::Warning, "unused_rollout", {},
        "no route goes by [rollouts." + plan.name + "]; give one rollout = " +
            in_quotes(plan.name) + ", or take it out" + unless_of_module(plan.name));
  }
}

void look_at_what_is_left_behind(const Configuration& configuration, const ControlStoreNow& store,
                                 std::vector<Finding>& found) {
  if (!store.stand) return;
  for (const strangler::Rollout& each : store.stand->rollouts) {
    if (is_over(each.traffic)) continue;
    const auto refused =
        strangler::why_left_behind(each.module, each.traffic,
                                   {.before = strangler::noted_reach(store.table, each.module),
                                    .after = strangler::reach_of(configuration, each.module)},
                                   store.file);
    if (refused) {
      add(found, Weight::Problem, "rollout_without_routes", {},
          *refused + (may_be_of_an_application(configuration)
                          ? " (That is of a proxy: an application adds the routes of "
                            "its modules, and starts.)"
                          : ""));
    }
    if (refused || configuration.rollout(each.module) != nullptr) continue;
    add(found, Weight::Warning, "rollout_without_routes", {},
        "the control store has " + each.module + " at " + to_string(each.traffic) +
            ", and the file has no [rollouts." + each.module +
            "]: requests go where the routes say. Put it back; or, if it is over, set it back: "
            "banyan shift " +
            each.module + " 0% --writes old --why over");
  }
}

}  // namespace

void look_at_rollouts(const Configuration& configuration, const ControlStoreNow& store,
                      std::vector<Finding>& found) {
  look_at_unused_rollouts(configuration, found);
  look_at_what_is_left_behind(configuration, store, found);
}

}  // namespace banyan::cli::check
