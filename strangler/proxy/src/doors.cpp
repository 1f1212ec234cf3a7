// SPDX-License-Identifier: Apache-2.0
#include "doors.hpp"

#include <algorithm>
#include <string_view>

#include "http/loopback.hpp"

namespace banyan::strangler {
namespace {

http::Endpoint endpoint_of(const Address& address) { return {address.host, address.port}; }

bool of_this_machine_only(const http::Endpoint& endpoint) {
  return http::is_unix(endpoint) || http::is_loopback(endpoint.host);
}

std::string_view whom_for(const Door& door) {
  if (!door.operators) return "clients";
  return door.clients ? "clients and operators" : "operators";
}

}  // namespace

Doors doors_of(const Configuration& configuration) {
  Doors doors;
  for (const ListenPoint& point : configuration.listen) {
    Door door{.endpoint = endpoint_of(point.address)};
    door.operators = !configuration.operators && of_this_machine_only(door.endpoint);
    doors.push_back(std::move(door));
  }
  if (configuration.operators) {
    doors.push_back(
        {.endpoint = endpoint_of(*configuration.operators), .clients = false, .operators = true});
  }
  return doors;
}

http::ServerOptions server_options(const Doors& doors, const Limits& limits,
                                   const ProxyOptions& options) {
  http::ServerOptions server;
  server.listen.clear();
  for (const Door& door : doors) server.listen.push_back(door.endpoint);
  server.loops = options.loops;
  server.max_connections = limits.connections;
  server.max_connections_per_client = limits.connections_per_client;
  server.limits.target_bytes = limits.target_bytes;
  server.limits.head_bytes = limits.header_bytes;
  server.limits.fields = limits.header_fields;
  server.limits.body_bytes = limits.body_bytes;
  server.head_timeout = limits.header_time;
  server.body_timeout = limits.body_time;
  server.idle_timeout = limits.idle_time;
  server.write_timeout = limits.write_time;
  return server;
}

http::Endpoint bound(const Door& door, const http::Server& server, std::size_t index) {
  return {door.endpoint.host, server.port(index)};
}

void log_doors(const telemetry::Log& log, const Doors& doors, const http::Server& server) {
  for (std::size_t i = 0; i < doors.size(); ++i) {
    log.write(telemetry::Level::Info, "proxy.listening",
              {{"address", to_string(bound(doors[i], server, i))}, {"serves", whom_for(doors[i])}});
  }
  if (std::ranges::any_of(doors, &Door::operators)) return;
  log.write(telemetry::Level::Warning, "proxy.no_operators",
            {{"message",
              "the operators' pages (/_banyan/, /metrics) are nowhere to be reached, for every "
              "address of listen can be reached from elsewhere"},
             {"next", "set operators = \"127.0.0.1:9180\" in [proxy], and restart"}});
}

}  // namespace banyan::strangler
