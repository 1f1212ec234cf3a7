// SPDX-License-Identifier: Apache-2.0
#include "plan_text.hpp"

#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

/// "2 of 5 (5%)", "6 of 6 (writes)".
std::string step_text(const Json& plan) {
  const Json steps = plan.value("steps", Json::array());
  const std::size_t step = number_of(plan, "step");
  std::string text = std::to_string(step + 1) + " of " + std::to_string(steps.size());
  if (step < steps.size() && text_of(steps[step], "writes") == "remote") return text + " (writes)";
  if (step < steps.size()) text += " (" + steps[step].value("percent", Json()).dump() + "%)";
  if (text.ends_with(".0%)")) text.replace(text.size() - 4, 4, "%)");
  return text;
}

/// "25% of the reads", "100% of the reads and the writes".
std::string share_text(const Json& plan) {
  const std::string writes = text_of(plan, "writes") == "remote" ? " and the writes" : "";
  return text_of(plan, "share") + " of the reads" + writes;
}

std::string words_of(std::string text) {
  for (char& c : text) {
    if (c == '_') c = ' ';
  }
  return text;
}

/// "3 of 620": what has failed since the step began.
std::string failed_text(const Json& verdict, const char* side) {
  const Json failed = verdict.value("failed", Json::object());
  if (!failed.contains(side)) return "-";
  const Json tally = failed.at(side);
  return std::to_string(number_of(tally, "hits")) + " of " + std::to_string(number_of(tally, "of"));
}

}  // namespace

std::string plan_line(const Json& plan) {
  return text_of(plan, "module") + ": " + words_of(text_of(plan, "state")) + ", step " +
         step_text(plan) + ", " + share_text(plan) + " on the new side: " + text_of(plan, "reason");
}

std::vector<std::vector<std::string>> plan_rows(const Json& plans) {
  std::vector<std::vector<std::string>> rows = {
      {"MODULE", "PLAN", "STEP", "READS", "SINCE", "WHO", "WHY IT IS THERE"}};
  for (const Json& each : plans) {
    rows.push_back({text_of(each, "module"), words_of(text_of(each, "state")), step_text(each),
                    text_of(each, "share"), text_of(each, "since").substr(0, 19) + 'Z',
                    text_of(each, "who"), text_of(each, "reason")});
  }
  return rows;
}

std::vector<std::vector<std::string>> verdict_rows(const Json& verdicts) {
  std::vector<std::vector<std::string>> rows = {
      {"OPERATION", "VERDICT", "SAMPLES", "FAILED NEW", "FAILED OLD (ALL)", "BECAUSE"}};
  for (const Json& each : verdicts) {
    rows.push_back({text_of(each, "operation"), words_of(text_of(each, "judgement")),
                    std::to_string(number_of(each, "samples")), failed_text(each, "new_side"),
                    failed_text(each, "old_side"), text_of(each, "reason")});
  }
  return rows;
}

}  // namespace banyan::cli
