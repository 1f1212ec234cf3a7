// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "banyan/supervision/control.hpp"
#include "commands.hpp"
#include "deployment_file.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

using Json = nlohmann::ordered_json;

/// "12s", "3m 05s", "2h 10m", "5d 3h".
std::string duration(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1'000;
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  if (seconds < 60) return std::to_string(seconds) + 's';
  if (seconds < 3'600) return std::to_string(seconds / 60) + "m " + two(seconds % 60) + 's';
  if (seconds < 86'400)
    return std::to_string(seconds / 3'600) + "h " + two(seconds / 60 % 60) + 'm';
  return std::to_string(seconds / 86'400) + "d " + std::to_string(seconds / 3'600 % 24) + 'h';
}

std::string cell(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

void show(const Json& status) {
  std::vector<std::vector<std::string>> rows = {
      {"PROGRAM", "STATE", "PID", "UPTIME", "RESTARTS", "LAST END"}};
  for (const Json& each : status["programs"]) {
    std::string state = each["state"];
    if (each["next_start_ms"].is_number()) {
      state += ", again in " + duration(each["next_start_ms"].get<std::int64_t>() + 999);
    }
    const Json& uptime = each["uptime_ms"];
    rows.push_back({each["name"], state, cell(each["pid"]),
                    uptime.is_null() ? "-" : duration(uptime.get<std::int64_t>()),
                    cell(each["restarts"]),
                    each["last_end"].is_null() ? "-" : cell(each["last_end"]["text"])});
  }
  print_table(rows);
}

}  // namespace

int ps(const DeploymentOptions& options) {
  const auto answer = supervision::ask_status(state_of(options));
  if (!answer) return refuse(options, answer.error());
  if (options.json) {
    print_line(*answer);
  } else {
    show(Json::parse(*answer));
  }
  return kDone;
}

}  // namespace banyan::cli
