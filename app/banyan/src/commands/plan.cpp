// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include "admin_client.hpp"
#include "exit_code.hpp"
#include "plan_text.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

/// "10m" in seconds; it was checked.
std::uint64_t seconds_of(const std::string& text) {
  const std::uint64_t number = std::stoull(text);
  switch (text.back()) {
    case 'm': return number * 60;
    case 'h': return number * 3'600;
    case 'd': return number * 86'400;
    default: return number;
  }
}

void show_one_plan(const Json& plan) {
  print_line(plan_line(plan));
  print_line("  since " + text_of(plan, "since").substr(0, 19) + "Z; last order by " +
             text_of(plan, "who") + ": " + text_of(plan, "why"));
  const Json verdicts = plan.value("verdicts", Json::array());
  if (verdicts.empty()) return;
  print_line("");
  print_table(verdict_rows(verdicts));
}

int show_plans(const Json& plans) {
  if (plans.empty()) {
    print_line("no rollout has a plan; `banyan plan MODULE start --why …` begins one");
    return kDone;
  }
  print_table(plan_rows(plans));
  return kDone;
}

int show_plan(const ControlTarget& target, AdminClient& client, const std::string& module,
              const Json& document) {
  for (const Json& each : document.value("plans", Json::array())) {
    if (text_of(each, "module") != module) continue;
    if (target.json) {
      print_json(each);
    } else {
      show_one_plan(each);
    }
    return kDone;
  }
  // One that is not there has no plan either, and is not begun by starting one.
  const auto known = client.get("/log", "limit=1&module=" + module);
  if (!known && known.error().rule == "banyan.unknown_rollout") {
    return not_told(known.error(), target.json);
  }
  return not_told({ErrorCode::NotFound,
                   "banyan.no_plan",
                   module + " has no plan; `banyan plan " + module + " start --why …` begins one",
                   {}},
                  target.json);
}

}  // namespace

int plan(const ControlTarget& target, const PlanOptions& options) {
  if (options.action == "show" && options.module.empty()) {
    return ask(target, "/plans", "", [](const Json& document) {
      return show_plans(document.value("plans", Json::array()));
    });
  }
  if (options.action == "show") {
    const auto client = admin_client(target);
    if (!client) return not_told(client.error(), target.json);
    const auto answer = (*client)->get("/plans", "");
    if (!answer) return not_told(answer.error(), target.json);
    return show_plan(target, **client, options.module, Json::parse(*answer, nullptr, false));
  }
  Json body = {{"action", options.action}, {"who", options.who}, {"why", options.why}};
  if (!options.steps.empty()) body["steps"] = options.steps;
  if (!options.dwell.empty()) body["dwell_seconds"] = seconds_of(options.dwell);
  if (!options.samples.empty()) body["samples"] = std::stoull(options.samples);
  if (options.force) body["force"] = true;
  if (options.despite_differences) body["despite_differences"] = true;
  if (options.gradually) body["gradually"] = true;
  return order(target, "/rollouts/" + options.module + "/plan", body, show_plan_answer);
}

}  // namespace banyan::cli
