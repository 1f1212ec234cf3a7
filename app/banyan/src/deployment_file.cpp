// SPDX-License-Identifier: Apache-2.0
#include "deployment_file.hpp"

#include "banyan/supervision/control.hpp"
#include "check/report.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {

bool deployment_is_there(const std::string& file, bool json) {
  std::error_code unknown;
  // One that cannot be looked at is there for all we know: who reads it says what is wrong.
  if (std::filesystem::exists(file, unknown) || unknown) return true;
  print_error(Error{ErrorCode::NotFound,
                    "supervision.no_file",
                    "there is no " + file +
                        "; name another: banyan up FILE. What is in one: banyan up --help",
                    {}},
              json);
  return false;
}

int refuse_deployment(const DeploymentOptions& options,
                      const std::vector<strangler::FileProblem>& problems) {
  if (options.json) {
    print_line(check::to_json(options.file, problems));
  } else {
    for (const strangler::FileProblem& each : problems) announce(to_string(each));
    print_error("nothing of " + options.file + " is started");
  }
  return kBadConfiguration;
}

std::filesystem::path state_of(const DeploymentOptions& options) {
  return supervision::state_folder_of(options.file, supervision::process_environment());
}

int refuse(const DeploymentOptions& options, const Error& error) {
  print_error(error, options.json);
  return error.code == ErrorCode::Unavailable ? kUnavailable : kRefused;
}

}  // namespace banyan::cli
