// SPDX-License-Identifier: Apache-2.0
// What runs until it is told to stop.
#include <memory>
#include <utility>

#include "command_line/groups.hpp"
#include "commands/proxy_settings.hpp"

namespace banyan::cli {
namespace {

ProxyCommand asked_proxy(const CommandSet& set, const ProxyCommand& words, const CLI::App& added) {
  ProxyCommand command = words;
  command.json = set.json();
  for (const program::Option& each : proxy_options()) {
    const std::string name(each.name);
    for (const std::string& value : added.get_option("--" + name)->results()) {
      command.given.push_back({name, value});
    }
  }
  return command;
}

void add_proxy(CommandSet& set) {
  const auto words = std::make_shared<ProxyCommand>();
  CLI::App* added = set.command(
      "proxy", "Run the strangler proxy in front of an application of any kind",
      "  banyan proxy --config banyan.toml\n"
      "  banyan proxy --config banyan.toml --explain     X-Strangler says why an answer came "
      "from "
      "where\n"
      "  kill -HUP PID    reads the file again; a bad file is refused and the old routes stay;\n"
      "                     opens the access log again, if the file has a section [access_log]",
      {});
  added->footer(added->get_footer() + "\n\n" + program::layers_for_help(kProxyProgram));
  added->add_flag("--check", words->check,
                  "Explain the file and start nothing, as `banyan check` does");
  for (const program::Option& each : proxy_options()) {
    const std::string name = "--" + std::string(each.name);
    if (each.argument.empty()) {
      added->add_flag(name)->description(std::string(each.help));
      continue;
    }
    CLI::Option* option = added->add_option(name)->description(std::string(each.help));
    option->type_name(std::string(each.argument));
    if (each.repeatable) option->take_all();
  }
  added->get_option("--config")->default_str(serving::ProxyOptions{}.config_file);
  for (const auto& [name, most] :
       {std::pair{"--loops", kMostLoops}, std::pair{"--drain-notice", kLongestDrainNotice}}) {
    added->get_option(name)->default_str("0")->check(CLI::Range(std::int64_t{0}, most));
  }
  set.act(added, [&set, words, added] { return proxy(asked_proxy(set, *words, *added)); });
}

void deployment_file_of(CLI::App* command, DeploymentOptions& options) {
  command->add_option("FILE", options.file, "The deployment file")->capture_default_str();
}

DeploymentOptions asked_deployment(const CommandSet& set, const DeploymentOptions& words) {
  DeploymentOptions options = words;
  options.json = set.json();
  return options;
}

void add_up(CommandSet& set) {
  const auto options = std::make_shared<DeploymentOptions>();
  CLI::App* added = set.command(
      "up",
      "Start the programs of a deployment file and supervise them: each when what it needs is "
      "ready, again with growing pauses when it fails, all of them stopped at Ctrl-C",
      "  banyan up --check deployment.toml    what it would do\n"
      "  banyan up deployment.toml\n"
      "\nA file, with all that most need (docs/reference/deployment.md has every key):\n"
      "  [programs.warehouse]\n"
      "  command = [\"bin/warehouse\", \"--port\", \"8081\"]\n"
      "  ready = \"http://127.0.0.1:8081/health/ready\"\n"
      "  [programs.shop]\n"
      "  command = [\"bin/shop\", \"--port\", \"${SHOP_PORT:-8080}\"]\n"
      "  needs = [\"warehouse\"]",
      [&set, options] { return up(asked_deployment(set, *options)); });
  deployment_file_of(added, *options);
  added->add_flag("--check", options->check, "Explain the file and start nothing");
}

void add_ps(CommandSet& set) {
  const auto options = std::make_shared<DeploymentOptions>();
  deployment_file_of(set.command("ps",
                                 "Show the programs that `banyan up` supervises: state, process, "
                                 "uptime, restarts, last end",
                                 "  banyan ps\n  banyan ps deployment.toml --json",
                                 [&set, options] { return ps(asked_deployment(set, *options)); }),
                     *options);
}

void add_logs(CommandSet& set) {
  const auto options = std::make_shared<DeploymentOptions>();
  CLI::App* added = set.command(
      "logs",
      "Show what the programs of `banyan up` have written, oldest first; also after their end",
      "  banyan logs deployment.toml\n"
      "  banyan logs deployment.toml shop --follow\n"
      "  banyan logs deployment.toml shop --lines 1000 | grep refused\n"
      "\nThe switch log of a rollout is another thing: banyan log",
      [&set, options] { return logs(asked_deployment(set, *options)); });
  deployment_file_of(added, *options);
  added->add_option("PROGRAM", options->program,
                    "Only this one; \"banyan\" is the supervisor itself. Not on a terminal, its "
                    "lines come as it wrote them");
  added->add_option("--lines", options->lines, "How many lines")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  added->add_flag("--follow,-f", options->follow, "Wait for further lines, until Ctrl-C");
}

void add_restart(CommandSet& set) {
  const auto options = std::make_shared<DeploymentOptions>();
  CLI::App* added = set.command(
      "restart", "Stop one program of `banyan up` and start it again; answers when it is ready",
      "  banyan restart shop\n  banyan restart shop deployment.toml",
      [&set, options] { return restart(asked_deployment(set, *options)); });
  added->add_option("PROGRAM", options->program, "The program")->required();
  deployment_file_of(added, *options);
}

void add_down(CommandSet& set) {
  const auto options = std::make_shared<DeploymentOptions>();
  deployment_file_of(
      set.command("down",
                  "Stop all programs of `banyan up`, and that itself; answers when they have ended",
                  "  banyan down\n  banyan down deployment.toml",
                  [&set, options] { return down(asked_deployment(set, *options)); }),
      *options);
}

}  // namespace

void add_programs(CommandSet& set) {
  add_proxy(set);
  add_up(set);
  add_ps(set);
  add_logs(set);
  add_restart(set);
  add_down(set);
}

}  // namespace banyan::cli
