// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/endpoint.hpp"
#include "http/server.hpp"
#include "proxy/options.hpp"
#include "routing/configuration.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace banyan::strangler {

/// A listener, and whom it is for.
struct Door {
  http::Endpoint endpoint;
  bool clients = true;
  bool operators = false;
  std::shared_ptr<http::TlsServer> tls;  ///< null: plain HTTP
};

/// By the index in http::ServerOptions::listen, which Exchange::listener() tells.
using Doors = std::vector<Door>;

/// What speaks TLS, by the index in Configuration::tls.
using TlsServers = std::vector<std::shared_ptr<http::TlsServer>>;

/// Operators have a door of their own, or else each one that only this machine can reach.
Doors doors_of(const Configuration& configuration, const TlsServers& tls);

http::ServerOptions server_options(const Doors& doors, const Configuration& configuration,
                                   const ProxyOptions& options);

/// As people type it: "https://[::1]:8443/". Of a Unix socket with a blank, for there is no such
/// URL.
std::string url(const Door& door, const http::Endpoint& endpoint);

/// Where a door of a running server is, its port chosen.
http::Endpoint bound(const Door& door, const http::Server& server, std::size_t index);

/// Of those that speak TLS: when their certificates end, and how handshakes went.
std::vector<telemetry::Gauge> gauges(const Doors& doors);

/// One line each; and a warning when there is none for operators.
void log_doors(const telemetry::Log& log, const Doors& doors, const http::Server& server);

}  // namespace banyan::strangler
