// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/supervisor.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "banyan/kernel/single_quoted.hpp"
#include "banyan/routing/keys.hpp"
#include "banyan/supervision/console.hpp"
#include "banyan/supervision/deployment.hpp"
#include "commands.hpp"
#include "deployment_file.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

using Json = nlohmann::ordered_json;
using supervision::Deployment;
using supervision::Program;
using supervision::Readiness;

std::string time_of(std::chrono::milliseconds time) {
  return strangler::time_text(static_cast<std::uint64_t>(time.count()));
}

std::string needs_of(const Deployment& deployment, const Program& program) {
  std::string text;
  for (const std::size_t need : program.needs) {
    text += (text.empty() ? "" : ", ") + deployment.programs[need].name;
  }
  return text;
}

std::string ready_text(const Readiness& ready) {
  switch (ready.kind) {
    case Readiness::Kind::Started: return "as soon as it runs";
    case Readiness::Kind::Url: return ready.what;
    case Readiness::Kind::File: return "file " + ready.what;
    case Readiness::Kind::Exit: return "ended with code 0";
  }
  return {};
}

std::string command_text(const Program& program) {
  std::string text;
  for (const std::string& each : program.command) {
    text += (text.empty() ? "" : " ") + shell_word(each);
  }
  return text;
}

void explain(const Deployment& deployment, const std::string& file) {
  std::vector<std::vector<std::string>> rows = {
      {"", "PROGRAM", "NEEDS", "READY", "RESTART", "STOP", "COMMAND"}};
  for (const Program& each : deployment.programs) {
    rows.push_back({std::to_string(rows.size()), each.name, needs_of(deployment, each),
                    ready_text(each.ready), std::string(to_string(each.restart)),
                    time_of(each.stop_timeout), command_text(each)});
  }
  print_table(rows);
  print_line("");
  print_line("pauses before a restart: " + time_of(deployment.restart_first) + ", doubled up to " +
             time_of(deployment.restart_most) + ", anew after " +
             time_of(deployment.healthy_after) + " of being ready");
  print_line("logs, lock and socket:   " + deployment.state.string());
  print_line("start it:                banyan up " + file);
}

Json json_of(const Deployment& deployment) {
  Json programs = Json::array();
  for (const Program& each : deployment.programs) {
    Json needs = Json::array();
    for (const std::size_t need : each.needs) needs.push_back(deployment.programs[need].name);
    programs.push_back({{"name", each.name},
                        {"command", each.command},
                        {"directory", each.directory.string()},
                        {"environment", each.environment},
                        {"needs", std::move(needs)},
                        {"ready", ready_text(each.ready)},
                        {"ready_time_ms", each.ready_time.count()},
                        {"restart", to_string(each.restart)},
                        {"stop_timeout_ms", each.stop_timeout.count()}});
  }
  return {{"file", deployment.file.string()},
          {"state", deployment.state.string()},
          {"programs", std::move(programs)}};
}

}  // namespace

int up(const DeploymentOptions& options) {
  if (!deployment_is_there(options.file, options.json)) return kBadConfiguration;
  const auto deployment =
      supervision::read_deployment(options.file, supervision::process_environment());
  if (!deployment) return refuse_deployment(options, deployment.error());
  if (options.check) {
    if (options.json) {
      print_json(json_of(*deployment));
    } else {
      explain(*deployment, options.file);
    }
    return kDone;
  }
  try {
    return supervision::supervise(*deployment, {.clock = system_clock(),
                                                .colours = supervision::colours_wanted(),
                                                .terminal = ::isatty(STDOUT_FILENO) == 1});
  } catch (const std::system_error& failure) {
    print_error({ErrorCode::FailedPrecondition,
                 "supervision.not_possible",
                 "cannot supervise " + options.file + ": " + failure.what(),
                 {}},
                options.json);
    return kBadConfiguration;
  } catch (const std::runtime_error& held) {
    print_error({ErrorCode::Unavailable, "supervision.held", held.what(), {}}, options.json);
    return kUnavailable;
  }
}

}  // namespace banyan::cli
