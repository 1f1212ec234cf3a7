// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/proxy.hpp"

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
  for (const program::Problem& each : settings.problems) {
    print_error(each.text);
    if (code != kUsage) {
      code = each.layer == program::Layer::CommandLine ? kUsage : kBadConfiguration;
    }
  }
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
  if (!configuration_is_there(options.config_file, false)) return kBadConfiguration;
  options.version = BANYAN_VERSION;
  return serving::run_proxy(options);
}

}  // namespace banyan::cli
