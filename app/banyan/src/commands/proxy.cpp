// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/proxy.hpp"

#include "check/report.hpp"
#include "commands.hpp"
#include "commands/proxy_settings.hpp"
#include "configuration_file.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

/// All problems at once; the exit code, 0 when there is none.
int read_options(const ProxyCommand& command, serving::ProxyOptions& options) {
  program::Settings settings =
      program::read_settings(kProxyProgram, proxy_options(), command.given, program::environment());
  for (const std::string& warning : settings.warnings) announce("warning: " + warning);
  for (const program::Setting& each : settings.values) {
    if (std::string text = take_setting(options, each); !text.empty()) {
      settings.problems.push_back({each.layer, std::move(text)});
    }
  }
  int code = kDone;
  Error all{ErrorCode::InvalidArgument, "banyan.bad_settings", {}, {}};
  for (const program::Problem& each : settings.problems) {
    if (!command.json) print_error(each.text);
    all.message += (all.message.empty() ? "" : "; ") + each.text;
    if (code != kUsage) {
      code = each.layer == program::Layer::CommandLine ? kUsage : kBadConfiguration;
    }
  }
  if (code != kDone && command.json) print_error(all, true);
  return code;
}

}  // namespace

int proxy(const ProxyCommand& command) {
  serving::ProxyOptions options;
  if (const int code = read_options(command, options); code != kDone) return code;
  if (command.check) {
    return check_file({.file = options.config_file,
                       .requests = {},
                       .strict = false,
                       .trusted_peers = options.trusted_peers,
                       .json = command.json});
  }
  if (!configuration_is_there(options.config_file, command.json)) return kBadConfiguration;
  if (command.json) {
    // One that starts says in its log, in JSON already, what happens; this is why it does not.
    const auto read = strangler::read_configuration(options.config_file);
    if (!read) {
      print_line(check::to_json(options.config_file, read.error()));
      return kBadConfiguration;
    }
  }
  options.version = BANYAN_VERSION;
  return serving::run_proxy(options);
}

}  // namespace banyan::cli
