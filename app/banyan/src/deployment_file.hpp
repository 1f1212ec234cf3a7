// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "commands.hpp"

namespace banyan::cli {

/// Whether there is such a file; when not, prints how to get one.
bool deployment_is_there(const std::string& file, bool json);

/// Prints what is wrong in it; returns the exit code.
int refuse_deployment(const DeploymentOptions& options,
                      const std::vector<strangler::FileProblem>& problems);

/// The folder in which its supervisor has everything.
std::filesystem::path state_of(const DeploymentOptions& options);

/// Prints an error of a supervisor; returns the exit code.
int refuse(const DeploymentOptions& options, const Error& error);

}  // namespace banyan::cli
