// SPDX-License-Identifier: Apache-2.0
#include "both_sides.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "route_snapshot.hpp"

namespace banyan::serving {
namespace {

bool has_reads(const strangler::Route& route) { return route.declared_effect != Effect::Write; }

/// Those that the rollout names, and those in which copies have a secret of their own: what a
/// client says there is one as well. In one order, and without those that are so everywhere: with
/// other names all that was found begins anew.
std::vector<std::string> named_secrets(const strangler::RolloutPlan& plan) {
  if (!plan.shadow) return {};
  const strangler::CredentialFields everywhere;
  std::vector<std::string> names = plan.shadow->secret_fields;
  for (const auto* const fields : {&plan.shadow->set, &plan.shadow->set_old}) {
    for (const strangler::CopyField& each : *fields) {
      if (!each.file.empty() && !everywhere.contain(each.name)) names.push_back(each.name);
    }
  }
  std::ranges::sort(names);
  const auto doubled = std::ranges::unique(names);
  names.erase(doubled.begin(), doubled.end());
  return names;
}

/// And those by which users are told apart here: whoever a request is from by such a field is
/// somebody.
std::vector<std::string> secret_fields(const strangler::RolloutPlan& plan,
                                       const strangler::Configuration& configuration) {
  std::vector<std::string> names = named_secrets(plan);
  for (const strangler::StickinessKey& each : configuration.stickiness_keys) {
    if (each.source == strangler::StickinessKey::Source::Header) names.push_back(each.name);
  }
  return names;
}

}  // namespace

std::shared_ptr<const BothSides> both_sides_of(const Target& target,
                                               const strangler::Configuration& configuration,
                                               std::shared_ptr<const CopyRules> copies,
                                               RolloutBook& book) {
  static const strangler::RolloutPlan kUsual;
  const strangler::RolloutPlan* const declared = configuration.rollout(target.route.rollout);
  const strangler::RolloutPlan& plan = declared != nullptr ? *declared : kUsual;
  const json::Shape* const answer =
      target.operation != nullptr ? target.operation->response : nullptr;
  strangler::ComparisonPlan compare = plan.compare;
  // A field that only says on which side somebody stays is not kept either, but what was asked can
  // be asked again without it.
  compare.secret_fields = named_secrets(plan);
  auto figures = book.of(target.route.rollout);
  strangler::RolloutShadow& shadow = figures->shadow;
  strangler::CopySampler* const sampler =
      has_reads(target.route) ? &shadow.sampler(target.statistics_name()) : nullptr;
  return std::make_shared<const BothSides>(BothSides{
      .figures = std::move(figures),
      .shadow = plan.shadow.value_or(strangler::ShadowPlan()),
      .shadow_declared = plan.shadow.has_value(),
      .credentials = strangler::CredentialFields(secret_fields(plan, configuration)),
      .copies = std::move(copies),
      .sampler = sampler,
      .findings = shadow.findings(compare, plan.clear_examples),
      .rules = strangler::OperationRules(compare, target.statistics_name(), Effect::Read, answer),
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
