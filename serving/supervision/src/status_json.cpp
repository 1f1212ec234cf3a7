// SPDX-License-Identifier: Apache-2.0
#include "status_json.hpp"

#include <unistd.h>

namespace banyan::supervision {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

Json json_of(const std::optional<Ending>& ending) {
  if (!ending) return nullptr;
  Json json = {{"text", to_string(*ending)}};
  if (ending->trouble.empty() && ending->signal == 0) json["code"] = ending->code;
  if (ending->signal != 0) json["signal"] = ending->signal;
  return json;
}

}  // namespace

Json status_json(const Deployment& deployment, const Fleet& fleet, SteadyTime now) {
  Json programs = Json::array();
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    const Program& program = deployment.programs[i];
    const Status& status = fleet.status(i);
    Json needs = Json::array();
    for (const std::size_t need : program.needs) needs.push_back(deployment.programs[need].name);
    Json json = {{"name", program.name}, {"state", to_string(status.state)}};
    json["pid"] = status.process == 0 ? Json(nullptr) : Json(status.process);
    json["uptime_ms"] =
        status.process == 0 ? Json(nullptr) : Json(milliseconds(now - status.since));
    json["restarts"] = status.restarts;
    json["last_end"] = json_of(status.last_end);
    json["next_start_ms"] =
        status.next_start ? Json(milliseconds(*status.next_start - now)) : Json(nullptr);
    json["needs"] = std::move(needs);
    json["command"] = program.command;
    programs.push_back(std::move(json));
  }
  return {{"file", deployment.file.string()},
          {"supervisor", ::getpid()},
          {"stopping", fleet.stopping()},
          {"programs", std::move(programs)}};
}

}  // namespace banyan::supervision
