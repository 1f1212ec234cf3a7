// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// A proxy without routes serves nobody; an application adds the routes of its modules, which
/// nobody knows here.
bool may_be_of_an_application(const strangler::Configuration& configuration);

/// Behind what is said of a rollout or an upstream that no route of the file names.
std::string unless_of_module(const std::string& name);

/// What is said of it then is of a proxy only, and would have somebody delete what is in force.
void look_whose_it_is(const strangler::Configuration& configuration, std::vector<Finding>& found);

}  // namespace banyan::cli::check
