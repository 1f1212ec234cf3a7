// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/routing/configuration.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// Those that no route leads to.
void look_at_unused_upstreams(const strangler::Configuration& configuration,
                              std::vector<Finding>& found);
/// Of applications that hear another name than the browser's.
void look_at_names_of_upstreams(const strangler::Configuration& configuration,
                                std::vector<Finding>& found);
/// Whose streams are cut by the time that an exchange may take in all.
void look_at_streams(const strangler::Configuration& configuration, std::vector<Finding>& found);
/// Those that are an address of the proxy itself.
void look_at_loops(const strangler::Configuration& configuration, std::vector<Finding>& found);

}  // namespace banyan::cli::check
