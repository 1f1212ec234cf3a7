// SPDX-License-Identifier: Apache-2.0
#include "traffic_text.hpp"

#include <algorithm>

#include "admin_client.hpp"
#include "banyan/stages/percent.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {

std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& object, const char* key) {
  if (!object.is_object()) return 0;
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Json shown_rollouts(const Json& document) {
  Json rollouts = document.value("rollouts", Json::array());
  for (Json& each : rollouts) {
    if (each.is_object() && !each.value("has_writes", true)) each["writes"] = "none";
  }
  return rollouts;
}

std::string side_text(const std::string& side) {
  if (side == "local") return "old";
  return side == "remote" ? "new" : side;
}

std::string fallbacks_text(std::uint64_t requests, const std::string& module) {
  return std::to_string(requests) + (requests == 1 ? " request of " : " requests of ") + module +
         (requests == 1 ? " was" : " were") +
         " answered by the old side, since the new one had failed";
}

std::string stage_text(const Json& traffic) {
  std::string stage = text_of(traffic, "stage");
  if (stage != "canary") return stage;
  std::string reads = text_of(traffic, "reads");
  // The log has hundredths of a per cent.
  if (reads.empty()) {
    const auto percent =
        strangler::Percent::of_hundredths(static_cast<std::int64_t>(number_of(traffic, "reads")));
    if (percent) reads = to_string(*percent);
  }
  stage += ' ' + reads;
  return stage;
}

void show_left_behind(const Json& change) {
  const std::string message = text_of(change.value("left_behind", Json::object()), "message");
  if (!message.empty()) print_line(paint("attention: " + message, Tone::Warning));
}

int show_change(const Json& document) {
  const std::string module = text_of(document, "module");
  const std::string after = stage_text(document.value("after", Json::object()));
  if (!document.value("changed", false)) {
    print_line(module + " is at " + after + " already; nothing was changed");
    return kDone;
  }
  print_line(paint(module, Tone::Strong) + ": " +
             stage_text(document.value("before", Json::object())) + " -> " +
             paint(after, Tone::Good) + "  (revision " +
             std::to_string(number_of(document.value("entry", Json::object()), "seq")) + ')');
  show_left_behind(document);
  return kDone;
}

int show_plan_answer(const Json& document) {
  const Json plan = document.value("plan", Json::object());
  std::string state = text_of(plan, "state");
  std::ranges::replace(state, '_', ' ');
  print_line(
      paint(text_of(plan, "module"), Tone::Strong) + ": the plan is " + paint(state, Tone::Strong) +
      ", " + text_of(plan, "share") +
      (text_of(plan, "writes") == "remote" ? " of the reads and the writes" : " of the reads") +
      " on the new side (" + text_of(plan, "reason") + ')');
  const Json change = document.value("change", Json::object());
  return change.value("changed", false) ? show_change(change) : kDone;
}

int change(const ControlTarget& target, const ChangeOptions& options, const std::string& verb) {
  Json body = {{"who", options.who}, {"why", options.why}};
  if (!options.percent.empty()) body["percent"] = options.percent;
  if (!options.writes.empty()) body["writes"] = options.writes;
  if (options.force) body["force"] = true;
  if (options.despite_differences) body["despite_differences"] = true;
  if (options.gradually) body["gradually"] = true;
  if (options.from) body["from_revision"] = *options.from;
  return order(target, "/rollouts/" + options.module + '/' + verb, body,
               options.gradually ? show_plan_answer : show_change);
}

}  // namespace banyan::cli
