// SPDX-License-Identifier: Apache-2.0
#include "banyan/control/admin_api.hpp"
#include "json_text.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

Json plan_object(const PlanStatus& status) {
  Json steps = Json::array();
  for (const PlanStep& each : status.plan.steps) {
    steps.push_back({{"percent", static_cast<double>(each.share.hundredths()) / 100},
                     {"dwell_seconds", each.dwell.count()},
                     {"samples", each.samples}});
    if (each.writes == Side::Remote) steps.back()["writes"] = to_string(each.writes);
  }
  return {{"module", status.module},
          {"state", to_string(status.state)},
          {"step", status.step},
          {"steps", std::move(steps)},
          {"waived", status.plan.waived},
          {"share", to_string(status.share)},
          {"writes", to_string(status.writes)},
          {"reason", status.reason},
          {"since", to_string(status.since)},
          {"who", status.who},
          {"why", status.why},
          {"conducts", status.conducts},
          {"judgement", to_string(overall(status.verdicts))},
          {"verdicts", Json::parse(to_json(status.verdicts)).at("operations")}};
}

}  // namespace

std::string plans_json(const std::vector<PlanStatus>& plans) {
  Json list = Json::array();
  for (const PlanStatus& each : plans) list.push_back(plan_object(each));
  return dump({{"plans", std::move(list)}});
}

std::string plan_answer_json(const PlanDesk::Answer& answer, const LiveFacts& live) {
  return dump({{"plan", plan_object(answer.plan)},
               {"change", Json::parse(change_json(answer.change, live))}});
}

std::string goto_json(const Switchboard::Goto& where, const Switchboard::Return& done,
                      const LiveFacts& live) {
  Json list = Json::array();
  for (const Change& each : done.changes) {
    Json change = Json::parse(change_json(each, live));
    change["changed"] = !where.dry_run;
    list.push_back(std::move(change));
  }
  Json document = {
      {"revision", where.revision}, {"dry_run", where.dry_run}, {"changes", std::move(list)}};
  if (!done.left.empty()) document["left"] = done.left;
  return dump(document);
}

}  // namespace banyan::strangler
