// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "http/endpoint.hpp"
#include "http/server.hpp"
#include "proxy/options.hpp"
#include "routing/configuration.hpp"
#include "telemetry/log.hpp"

namespace banyan::strangler {

/// A listener, and whom it is for.
struct Door {
  http::Endpoint endpoint;
  bool clients = true;
  bool operators = false;
};

/// By the index in http::ServerOptions::listen, which Exchange::listener() tells.
using Doors = std::vector<Door>;

/// Operators have a door of their own, or else each one that only this machine can reach.
Doors doors_of(const Configuration& configuration);

http::ServerOptions server_options(const Doors& doors, const Limits& limits,
                                   const ProxyOptions& options);

/// Where a door of a running server is, its port chosen.
http::Endpoint bound(const Door& door, const http::Server& server, std::size_t index);

/// One line each; and a warning when there is none for operators.
void log_doors(const telemetry::Log& log, const Doors& doors, const http::Server& server);

}  // namespace banyan::strangler
