// SPDX-License-Identifier: Apache-2.0
#include "plan_section.hpp"

#include <chrono>

namespace banyan::strangler {
namespace {

std::vector<PlanStep> read_plan_steps(Section& section, const std::vector<PlanStep>& usual) {
  const auto texts = section.texts("steps");
  if (!texts) return usual;
  Plan plan;
  for (const PlacedText& each : *texts) {
    const auto step = plan_step_from(each.text);
    if (!step) {
      section.problem(each.location, step.error().message);
    } else if (const auto why = plan.why_not_next(*step)) {
      section.problem(each.location, *why);
    } else {
      plan.steps.push_back(*step);
    }
  }
  return plan.steps.empty() ? usual : plan.steps;
}

}  // namespace

void read_plan(Section section, RolloutPlan& rollout) {
  Plan& plan = rollout.plan;
  plan.steps = read_plan_steps(section, plan.steps);
  std::chrono::milliseconds dwell = plan.steps.front().dwell;
  std::chrono::milliseconds back_dwell = plan.back_dwell;
  auto samples = static_cast<std::uint32_t>(plan.steps.front().samples);
  section.duration("dwell", dwell);
  section.duration("back_dwell", back_dwell);
  section.number("samples", samples);
  for (PlanStep& each : plan.steps) {
    each.dwell = std::chrono::ceil<std::chrono::seconds>(dwell);
    each.samples = samples;
  }
  plan.back_dwell = std::chrono::ceil<std::chrono::seconds>(back_dwell);
  if (const auto waived = section.texts("waived")) {
    for (const PlacedText& each : *waived) {
      plan.waived.push_back(each.text);
      rollout.waived_places.push_back(each.location);
    }
  }
  section.finish();
}

}  // namespace banyan::strangler
