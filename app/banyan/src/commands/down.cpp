// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/control.hpp"
#include "commands.hpp"
#include "deployment_file.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {

int down(const DeploymentOptions& options) {
  if (!options.json) announce("stopping what " + options.file + " runs …");
  const auto answer = supervision::ask_stop(state_of(options));
  if (!answer) return refuse(options, answer.error());
  print_line(options.json ? *answer : "all programs have ended");
  return kDone;
}

}  // namespace banyan::cli
