// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>

#include "banyan/host/application.hpp"
#include "banyan/http/second_signal.hpp"
#include "banyan/kernel/exit_code.hpp"
#include "banyan/program/server_program.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/succession/service_manager.hpp"
#include "banyan/telemetry/contained.hpp"
#include "banyan/telemetry/line_output.hpp"
#include "description.hpp"
#include "option_reader.hpp"
#include "process.hpp"
#include "ready_file.hpp"

namespace banyan::host {
namespace {

/// Of whoever has started it and may not read what it says.
constexpr std::chrono::milliseconds kPatience{1'000};

// Nothing of this may end the process: nobody else serves any more.
void announce(Process& process, const std::string& greeting, ReadyFile& ready) {
  const telemetry::OnFault on_fault = [&process](std::string_view what) { process.fault(what); };
  const auto carefully = [&](const std::function<void()>& task) {
    telemetry::contain(task, on_fault);
  };
  carefully([&] { telemetry::LineOutput(STDOUT_FILENO).write(greeting, kPatience); });
  carefully([&] {
    if (const std::string trouble = ready.publish(); !trouble.empty()) process.fault(trouble);
  });
  carefully([] { succession::tell_service_manager(); });
  process.let_predecessor_end();
}

/// Until its end; whether somebody has asked for that. Else another process has taken over.
bool serve(Process& process, const program::Signals& signals) {
  while (true) {
    const int signal = signals.next();
    if (signal == SIGHUP) {
      process.reload();
    } else if (signal != serving::kTakenSignal) {
      return true;
    } else if (process.taken()) {
      return false;
    }
  }
}

int run_process(const Application& application, const std::vector<ModuleEntry>& table,
                const Options& options, const program::Signals& signals) {
  std::optional<http::SecondSignal> impatient;  // goes last: what ends may be stuck
  Process process(application, table, network(), options);
  // All that can fail comes before open().
  ReadyFile ready(options.ready_file, process.port());
  const std::string greeting = process.greeting();
  process.open();
  announce(process, greeting, ready);
  const bool asked = serve(process, signals);
  // Of one that was taken over nobody has asked yet that it ends.
  impatient.emplace({SIGINT, SIGQUIT, SIGTERM}, exit_code::kFault, asked ? 1 : 2);
  process.drain();
  return exit_code::kDone;
}

/// Those of every application, and what this one has besides.
std::vector<program::Option> options_of(const Application& application) {
  const auto known = OptionReader::known();
  std::vector<program::Option> all(known.begin(), known.end());
  for (const OwnOption& own : application.options) {
    all.push_back({.name = own.name, .argument = own.argument, .help = own.help});
  }
  return all;
}

bool is_own(const Application& application, const program::Setting& setting) {
  return std::ranges::find(application.options, setting.option, &OwnOption::name) !=
         application.options.end();
}

}  // namespace

int run(int argc, char** argv, const Application& application) {
  const std::vector<ModuleEntry> table = composition();
  const std::vector<program::Option> options = options_of(application);
  OptionReader reader;
  const program::CommandLine command_line{
      .name = application.name,
      .version = application.version,
      .description = application.description,
      .word = "serve",
      .options = options,
      .examples = OptionReader::examples(
          application.name, table.empty() ? "MODULE" : std::string(table.front().port->name)),
      .describe = [&] { return map::to_json(description_of(application, table)); }};
  const program::ServerProgram program{
      .take =
          [&](const program::Setting& setting) {
            if (!is_own(application, setting)) return reader.take(setting);
            reader.take_own(setting.option, setting.value);
            return std::vector<std::string>();
          },
      .check = [&] { return problems_of(reader.options(), table); },
      .serve =
          [&](const program::Signals& signals) {
            return run_process(application, table, reader.options(), signals);
          }};
  return program::run(argc, argv, command_line, program);
}

}  // namespace banyan::host
