// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "banyan/http/endpoint.hpp"

namespace banyan::succession {

/// The paths at which a process that listens there may wait for its successor: one for each
/// address, in an order that does not depend on how they are written. It waits at the first; who
/// asks tries them all, for the other may listen elsewhere besides. Throws as http::run_file().
std::vector<std::filesystem::path> rendezvous_paths(const std::vector<http::Endpoint>& listen);

}  // namespace banyan::succession
