// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <vector>

#include "banyan/routing/live_routes.hpp"
#include "options.hpp"

namespace banyan::host {

/// What the options say comes before the file, whenever it is read.
strangler::Overlay overlay_of(const Options& options);

/// What is wrong with a file beside the options, at the start and at each reload: where other
/// processes of the application come, nobody else may.
std::vector<strangler::FileProblem> problems_beside_options(
    const std::shared_ptr<const strangler::Routing>& routing);

/// What the options say about listening and serving, on top of their file when there is one.
std::expected<std::shared_ptr<const strangler::Routing>, std::vector<strangler::FileProblem>>
routing_of(const Options& options);

}  // namespace banyan::host
