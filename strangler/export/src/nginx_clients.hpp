// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "ways.hpp"

namespace banyan::strangler {

/// Whether there are proxies in front whose word of clients is taken.
bool nginx_trusts_anybody(const Configuration& configuration);

/// Whether fields with "_" in their names are let in: stickiness goes by one.
bool nginx_has_underscores(const Configuration& configuration);

/// The maps of what is said to upstreams besides what came; what they cannot say is added to
/// `differences`.
std::string nginx_clients(const TableToExport& table, const Ways& ways,
                          std::vector<std::string>& differences);

/// A proxy_set_header for each of them, and for what clients may not say; what that misses is added
/// to `differences`.
std::string nginx_fields(const Configuration& configuration, std::vector<std::string>& differences);

}  // namespace banyan::strangler
