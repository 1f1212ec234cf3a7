// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/clock.hpp"
#include "banyan/verdict/plan_runner.hpp"

namespace banyan::strangler {

/// A plan as the control store keeps it: what is to be done, who wants it, and where it is.
struct PlanDocument {
  Plan plan;
  PlanRunner::Mark mark{};
  Timestamp begun;    ///< started; tells one plan of a rollout from the next
  Timestamp since{};  ///< the step began, or what has become of the plan
  std::string who{};  ///< started it, or gave the last order
  std::string why{};

  bool moves() const {
    return mark.state == PlanState::Running || mark.state == PlanState::Paused ||
           mark.state == PlanState::Returning || mark.state == PlanState::NeedsPerson;
  }
};

std::string to_text(const PlanDocument& document);
/// Nothing when a newer version wrote it, or nobody's.
std::optional<PlanDocument> plan_document_from(std::string_view text);

/// In the name of a person: "plan (ann@build-3)".
std::string plan_of(std::string_view who);
/// Was it written in the name of a plan?
bool is_plan(std::string_view who);

}  // namespace banyan::strangler
