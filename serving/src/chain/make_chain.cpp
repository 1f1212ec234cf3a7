// SPDX-License-Identifier: Apache-2.0
#include "chain/make_chain.hpp"

#include <utility>

namespace banyan::serving {

std::unique_ptr<Chain> make_chain(const ChainParts& parts) {
  std::vector<std::unique_ptr<Interceptor>> stations;
  stations.push_back(operators_only(parts.pages));
  stations.push_back(match(parts.routes, parts.outcomes));
  stations.push_back(guard_pages(parts.guard, parts.outcomes));
  stations.push_back(trace(parts.tracer));
  stations.push_back(identity(parts.trusted_peers));
  stations.push_back(
      make_context(parts.served.context, parts.trusted_peers, parts.outcomes, parts.clock));
  stations.push_back(hear_testers(parts.trusted_peers));
  stations.push_back(decide(parts.table, parts.stages, parts.served.modules));
  if (parts.shadows != nullptr && parts.stages != nullptr) {
    stations.push_back(shadow(*parts.stages));
  }
  auto here = answer_here(parts.outcomes, parts.shadows);
  AnswersHere& answers_here = *here;
  stations.push_back(std::move(here));
  stations.push_back(forward({.outcomes = parts.outcomes,
                              .here = answers_here,
                              .shadows = parts.shadows,
                              .tunnels = parts.tunnels,
                              .clock = parts.clock,
                              .stages = parts.stages,
                              .total_time = parts.total_time,
                              .explain = parts.explain}));
  return std::make_unique<Chain>(std::move(stations), parts.listeners, parts.outcomes);
}

}  // namespace banyan::serving
