// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/answers_differ.hpp"

#include <string>
#include <utility>

#include "banyan/promotion/conductor.hpp"
#include "banyan/promotion/recent_pairs.hpp"

namespace banyan::strangler {
namespace {

std::string ways_on(const std::string& rollout) {
  return "`banyan differences " + rollout +
         "` says in what. Mend the new side, or say in [rollouts." + rollout +
         ".compare] what may differ: older pairs are forgotten with other rules, with a change of "
         "the stage, and as " +
         std::to_string(RecentPairs::kMost) + " newer ones come";
}

}  // namespace

std::optional<Objection> answers_differ(ControlStore& store, const Conductor& conductor,
                                        std::string_view module) {
  const auto stand = store.stand();
  const auto changes = store.log(1, module);
  if (!stand || !changes || changes->empty()) return std::nullopt;
  const Rollout* const rollout = stand->find(module);
  if (rollout == nullptr || rollout->traffic.stage == TrafficStage::Legacy) return std::nullopt;
  auto figures = conductor.what_differs(module, changes->front().time);
  if (!figures) return std::nullopt;
  return Objection{*std::move(figures), ways_on(std::string(module))};
}

}  // namespace banyan::strangler
