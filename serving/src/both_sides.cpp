// SPDX-License-Identifier: Apache-2.0
#include "both_sides.hpp"

#include "route_snapshot.hpp"

namespace banyan::serving {
namespace {

bool has_reads(const strangler::Route& route) { return route.declared_effect != Effect::Write; }

}  // namespace

std::shared_ptr<const BothSides> both_sides_of(const Target& target,
                                               const strangler::Configuration& configuration,
                                               RolloutBook& book) {
  static const strangler::RolloutPlan kUsual;
  const strangler::RolloutPlan* const declared = configuration.rollout(target.route.rollout);
  const strangler::RolloutPlan& plan = declared != nullptr ? *declared : kUsual;
  const json::Shape* const answer =
      target.operation != nullptr ? target.operation->response : nullptr;
  auto figures = book.of(target.route.rollout);
  strangler::RolloutShadow& shadow = figures->shadow;
  strangler::CopySampler* const sampler =
      has_reads(target.route) ? &shadow.sampler(target.statistics_name()) : nullptr;
  return std::make_shared<const BothSides>(BothSides{
      .figures = std::move(figures),
      .shadow = plan.shadow.value_or(strangler::ShadowPlan()),
      .shadow_declared = plan.shadow.has_value(),
      .sampler = sampler,
      .findings = shadow.findings(plan.compare, plan.clear_examples),
      .rules =
          strangler::OperationRules(plan.compare, target.statistics_name(), Effect::Read, answer),
      .fallback = plan.fallback});
}

bool may_ask_old_side_more(const Target& target, const Clock& clock, bool can_do_without) {
  constexpr double kHalf = 0.5;
  const double part = can_do_without ? kHalf : 1;
  const Destination& old_side = target.old_side;
  if (old_side.pool != nullptr) return old_side.pool->instances->take_retry(part);
  return target.both_sides->figures->extra.take(old_side.window->read(clock.steady()).requests,
                                                part);
}

}  // namespace banyan::serving
