// SPDX-License-Identifier: Apache-2.0
#include "admin_client.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

// To the second; --json has the rest.
std::string time_of(const Json& object, const char* key) {
  std::string time = text_of(object, key);
  if (time.size() > 19) time = time.substr(0, 19) + 'Z';
  return time;
}

std::string where_it_is(const Json& saga) {
  const Json steps = saga.value("steps", Json::array());
  const std::size_t at = number_of(saga, "step");
  if (at >= steps.size()) return {};
  const bool back = text_of(saga, "phase") == "back";
  return text_of(steps[at], back ? "undo" : "name");
}

/// Calls for one side of a step: "3 until 2026-11-29T12:00:00Z".
std::string calls_of(const Json& step, const char* side) {
  const Json calls = step.value(side, Json::object());
  const std::uint64_t count = number_of(calls, "calls");
  if (count == 0) return "";
  return std::to_string(count) + " until " + time_of(calls, "ended");
}

std::string why(const Json& step) {
  for (const char* side : {"undoing", "doing"}) {
    const std::string problem = text_of(step.value(side, Json::object()), "problem");
    if (!problem.empty()) return problem;
  }
  return text_of(step, "note");
}

void show_list(const Json& document) {
  std::vector<std::vector<std::string>> rows = {
      {"ID", "SAGA", "ABOUT", "STATUS", "AT", "WAITS FOR", "ATTEMPTS", "PROBLEM"}};
  for (const Json& module : document.value("modules", Json::array())) {
    for (const Json& saga : module.value("sagas", Json::array())) {
      rows.push_back({text_of(saga, "id"), text_of(module, "module") + '.' + text_of(saga, "name"),
                      text_of(saga, "subject"), text_of(saga, "status"), where_it_is(saga),
                      text_of(saga, "blocked_on"), std::to_string(number_of(saga, "attempts")),
                      text_of(saga, "problem")});
    }
  }
  if (rows.size() == 1) return print_line("there are no sagas");
  print_table(rows);
}

void show_one(const Json& saga) {
  print_line(text_of(saga, "id") + "  " + text_of(saga, "name") + " version " +
             std::to_string(number_of(saga, "version")) + ", about " + text_of(saga, "subject"));
  print_line("  " + text_of(saga, "status") + ", " + text_of(saga, "phase") + ", began " +
             time_of(saga, "began"));
  if (const std::string blocked = text_of(saga, "blocked_on"); !blocked.empty()) {
    print_line("  waits until " + blocked + " answers");
  }
  if (const std::string problem = text_of(saga, "problem"); !problem.empty()) {
    print_line("  " + problem);
  }
  std::vector<std::vector<std::string>> rows = {
      {"STEP", "MODULE", "KIND", "STATE", "CALLS", "CALLS TO UNDO", "PROBLEM"}};
  for (const Json& step : saga.value("steps", Json::array())) {
    rows.push_back({text_of(step, "name"), text_of(step, "dependency"), text_of(step, "kind"),
                    text_of(step, "state"), calls_of(step, "doing"), calls_of(step, "undoing"),
                    why(step)});
  }
  print_table(rows);
}

// What is asked for, for show(), which is a plain function.
std::string& wanted() {
  static std::string saga;
  return saga;
}

int show(const Json& document) {
  if (wanted().empty()) {
    show_list(document);
    return kDone;
  }
  bool found = false;
  for (const Json& module : document.value("modules", Json::array())) {
    for (const Json& saga : module.value("sagas", Json::array())) {
      if (text_of(saga, "id") != wanted() && text_of(saga, "subject") != wanted()) continue;
      show_one(saga);
      found = true;
    }
  }
  if (found) return kDone;
  print_error("there is no saga " + wanted() +
              " among those that are not over and the newest others; `banyan sagas` lists them");
  return kRefused;
}

}  // namespace

int sagas(const ControlTarget& target, const std::string& saga) {
  wanted() = saga;
  return ask(target, "/sagas", "", show);
}

}  // namespace banyan::cli
