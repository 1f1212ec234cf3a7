// SPDX-License-Identifier: Apache-2.0
#include "shadow_section.hpp"

#include <optional>

#include "copy_fields.hpp"
#include "field_names.hpp"

namespace banyan::strangler {

ShadowPlan read_shadow(Section section, const std::string& rollout) {
  ShadowPlan plan;
  section.share("share", plan.share);
  section.number("at_least", plan.at_least);
  section.share("noise", plan.noise);
  std::optional<CopyCredentials> known;
  if (const auto credentials = section.choice("credentials")) {
    plan.credentials = *credentials == "pass"   ? CopyCredentials::Pass
                       : *credentials == "drop" ? CopyCredentials::Drop
                                                : CopyCredentials::Skip;
    known = plan.credentials;
  } else if (!section.has("credentials")) {
    known = plan.credentials;
  }
  read_field_names(section, "secret_fields", plan.secret_fields);
  read_copy_fields(section, rollout, known, plan);
  section.duration("time", plan.time);
  section.number("at_once", plan.at_once);
  section.size("max_request", plan.max_request);
  section.size("max_answer", plan.max_answer);
  section.size("memory", plan.memory);
  if (plan.memory < plan.max_request + 2 * plan.max_answer) {
    section.problem(section.location(section.has("memory") ? "memory" : "max_answer"),
                    "memory is " + std::to_string(plan.memory) +
                        " bytes, and a single copy may take " +
                        std::to_string(plan.max_request + 2 * plan.max_answer) +
                        ": max_request and twice max_answer");
  }
  section.finish();
  return plan;
}

FallbackPlan read_fallback(Section section) {
  FallbackPlan plan;
  section.flag("reads", plan.reads);
  if (const auto writes = section.choice("writes")) {
    plan.writes = *writes == "unsent"  ? WriteFallback::Unsent
                  : *writes == "keyed" ? WriteFallback::Keyed
                                       : WriteFallback::Never;
  }
  section.flag("shared_data", plan.shared_data);
  if (plan.writes != WriteFallback::Never && !plan.shared_data) {
    section.problem(section.location("writes"),
                    "writes may only fall back where both sides work on the same data, or the two "
                    "sides' data drift apart; if they do, say shared_data = true");
  }
  section.finish();
  return plan;
}

}  // namespace banyan::strangler
