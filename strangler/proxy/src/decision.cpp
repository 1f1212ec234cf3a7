// SPDX-License-Identifier: Apache-2.0
#include "decision.hpp"

namespace banyan::strangler {

SideChoice choose_side(const Route& route, bool has_successor, std::string_view unit,
                       const Stages& stages) {
  if (route.migration.empty() || !has_successor) return {};
  const RoutingDecision decision = stages.decide(route.migration, route.effect, unit);
  return {decision.side, decision.revision, true};
}

std::string explain(const Route& route, const SideChoice& choice, std::string_view unit,
                    const Stages& stages) {
  std::string text = "route=" + route.name;
  text.append("; side=").append(to_string(choice.side));
  if (!choice.migrated) return text += "; reason=no successor";
  const Traffic traffic = stages.traffic(route.migration);
  if (route.effect == Effect::Write) {
    text.append("; reason=writes are ").append(to_string(traffic.writes));
  } else {
    const std::uint32_t bucket = sticky_bucket(route.migration, unit);
    text += "; reason=bucket " + std::to_string(bucket) +
            (bucket < traffic.reads.hundredths() ? " < " : " >= ") +
            std::to_string(traffic.reads.hundredths());
  }
  text.append("; stage=").append(to_string(traffic.stage));
  return text += "; rev=" + std::to_string(choice.revision);
}

}  // namespace banyan::strangler
