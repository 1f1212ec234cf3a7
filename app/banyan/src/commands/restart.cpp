// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/control.hpp"
#include "commands.hpp"
#include "deployment_file.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {

int restart(const DeploymentOptions& options) {
  if (!options.json) announce("restarting " + options.program + " …");
  const auto answer = supervision::ask_restart(state_of(options), options.program);
  if (!answer) return refuse(options, answer.error());
  print_line(options.json ? *answer : options.program + " runs again");
  return kDone;
}

}  // namespace banyan::cli
