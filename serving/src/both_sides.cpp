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

/// The fields by which a request says who asks, besides those that do so everywhere: those that the
/// rollout names; those in which copies have a secret of their own, for what a client says there is
/// one as well; and those by which users are told apart here, for whoever a request is from by such
/// a field is somebody. Without it it would be somebody else's request, so that examples do not
/// have it and do need it. In one order: with other names all that was found begins anew.
std::vector<std::string> secret_fields(const strangler::RolloutPlan& plan,
                                       const strangler::Configuration& configuration) {
  const strangler::CredentialFields everywhere;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!everywhere.contain(name)) names.push_back(name);
  };
  if (plan.shadow) {
    for (const std::string& each : plan.shadow->secret_fields) add(each);
    for (const auto* const fields : {&plan.shadow->set, &plan.shadow->set_old}) {
      for (const strangler::CopyField& each : *fields) {
        if (!each.file.empty()) add(each.name);
      }
    }
  }
  for (const strangler::StickinessKey& each : configuration.stickiness_keys) {
    if (each.source == strangler::StickinessKey::Source::Header) add(each.name);
  }
  std::ranges::sort(names);
  const auto doubled = std::ranges::unique(names);
  names.erase(doubled.begin(), doubled.end());
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
  const json::Shape* const request =
      target.operation != nullptr ? target.operation->request : nullptr;
  strangler::ComparisonPlan compare = plan.compare;
  compare.secret_fields = secret_fields(plan, configuration);
  // Operations of a module are called alone in reports, and by their whole names everywhere else.
  strangler::ComparisonPlan by_report = compare;
  for (strangler::DeclaredRule& each : by_report.rules) {
    if (each.operation == target.route.name) each.operation = target.statistics_name();
  }
  auto figures = book.of(target.route.rollout);
  strangler::RolloutShadow& shadow = figures->shadow;
  strangler::CopySampler* const sampler =
      has_reads(target.route) ? &shadow.sampler(target.statistics_name()) : nullptr;
  return std::make_shared<const BothSides>(
      BothSides{.figures = std::move(figures),
                .shadow = plan.shadow.value_or(strangler::ShadowPlan()),
                .shadow_declared = plan.shadow.has_value(),
                .credentials = strangler::CredentialFields(compare.secret_fields),
                .copies = std::move(copies),
                .sampler = sampler,
                .findings = shadow.findings(compare, plan.clear_examples),
                .rules = strangler::OperationRules(by_report, target.statistics_name(),
                                                   Effect::Read, answer, request),
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
