// SPDX-License-Identifier: Apache-2.0
#include "plan_document.hpp"

#include <nlohmann/json.hpp>

#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t kPlanFormat = 1;
constexpr std::string_view kBefore = "plan (";

Json steps_json(const Plan& plan) {
  Json steps = Json::array();
  for (const PlanStep& each : plan.steps) {
    steps.push_back({{"reads", each.share.hundredths()},
                     {"dwell_seconds", each.dwell.count()},
                     {"samples", each.samples}});
    // A version that knows of no such step sees two that do not grow, and leaves the plan alone.
    if (each.writes == Side::Remote) steps.back()["writes"] = to_string(each.writes);
  }
  return steps;
}

PlanDocument read(const Json& json) {
  PlanDocument document;
  for (const Json& each : json.at("steps")) {
    document.plan.steps.push_back(
        {Percent::of_hundredths(each.at("reads").get<std::int64_t>()).value(),
         std::chrono::seconds(each.at("dwell_seconds").get<std::int64_t>()),
         each.at("samples").get<std::uint64_t>(),
         side_from(each.value("writes", "local")).value()});
  }
  document.plan.waived = json.at("waived").get<std::vector<std::string>>();
  document.plan.back_dwell =
      std::chrono::seconds(json.at("back_dwell_seconds").get<std::int64_t>());
  document.mark = {plan_state_from(json.at("state").get<std::string>()).value(),
                   json.at("step").get<std::size_t>(), json.at("reason").get<std::string>(),
                   json.at("arrived").get<bool>()};
  document.begun = {json.at("begun").get<std::int64_t>()};
  document.since = {json.at("since").get<std::int64_t>()};
  document.who = json.at("who").get<std::string>();
  document.why = json.at("why").get<std::string>();
  return document;
}

}  // namespace

std::string to_text(const PlanDocument& document) {
  return Json{{"format", kPlanFormat},
              {"state", to_string(document.mark.state)},
              {"step", document.mark.step},
              {"arrived", document.mark.arrived},
              {"reason", document.mark.reason},
              {"begun", document.begun.micros},
              {"since", document.since.micros},
              {"who", document.who},
              {"why", document.why},
              {"steps", steps_json(document.plan)},
              {"waived", document.plan.waived},
              {"back_dwell_seconds", document.plan.back_dwell.count()}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<PlanDocument> plan_document_from(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("format", std::int64_t{0}) != kPlanFormat) {
    return std::nullopt;
  }
  try {
    PlanDocument document = read(json);
    if (!document.plan.check() || document.mark.step >= document.plan.steps.size()) {
      return std::nullopt;
    }
    return document;
  } catch (const std::exception&) {  // a field is missing, or of another kind
    return std::nullopt;
  }
}

std::string plan_of(std::string_view who) {
  const std::size_t room = kLongestWho - kBefore.size() - 1;
  return std::string(kBefore).append(who.substr(0, room)) + ')';
}

bool is_plan(std::string_view who) { return who.starts_with(kBefore) && who.ends_with(')'); }

}  // namespace banyan::strangler
