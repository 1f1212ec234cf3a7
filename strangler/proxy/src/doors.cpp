// SPDX-License-Identifier: Apache-2.0
#include "doors.hpp"

#include <algorithm>
#include <chrono>
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

Doors doors_of(const Configuration& configuration, const TlsServers& tls) {
  Doors doors;
  const auto add = [&](const std::vector<ListenPoint>& points,
                       const std::shared_ptr<http::TlsServer>& by) {
    for (const ListenPoint& point : points) {
      Door door{.endpoint = endpoint_of(point.address), .tls = by};
      door.operators = !configuration.operators && of_this_machine_only(door.endpoint);
      doors.push_back(std::move(door));
    }
  };
  add(configuration.listen, nullptr);
  for (std::size_t i = 0; i < tls.size(); ++i) add(configuration.tls[i].listen, tls[i]);
  if (configuration.operators) {
    doors.push_back(
        {.endpoint = endpoint_of(*configuration.operators), .clients = false, .operators = true});
  }
  return doors;
}

http::ServerOptions server_options(const Doors& doors, const Configuration& configuration,
                                   const ProxyOptions& options) {
  const Limits& limits = configuration.limits;
  http::ServerOptions server;
  server.listen.clear();
  for (const Door& door : doors) {
    server.listen.push_back(door.endpoint);
    server.tls.push_back(door.tls);
  }
  server.loops = options.loops;
  server.max_connections = limits.connections;
  server.max_connections_per_client = limits.connections_per_client;
  server.limits.target_bytes = limits.target_bytes;
  server.limits.head_bytes = limits.header_bytes;
  server.limits.fields = limits.header_fields;
  server.limits.body_bytes = limits.body_bytes;
  server.limits.utf8_targets = true;  // whether they pass, the route says
  server.head_timeout = limits.header_time;
  server.body_timeout = limits.body_time;
  server.idle_timeout = limits.idle_time;
  server.write_timeout = limits.write_time;
  server.tunnel_timeout = limits.tunnel_time;
  server.allow_half_close = configuration.half_close;
  return server;
}

std::string url(const Door& door, const http::Endpoint& endpoint) {
  if (http::is_unix(endpoint)) return to_string(endpoint) + " /";
  return (door.tls ? "https://" : "http://") + to_string(endpoint) + '/';
}

http::Endpoint bound(const Door& door, const http::Server& server, std::size_t index) {
  return {door.endpoint.host, server.port(index)};
}

std::vector<telemetry::Gauge> gauges(const Doors& doors) {
  std::vector<telemetry::Gauge> all;
  const http::TlsServer* told = nullptr;
  for (const Door& door : doors) {
    // Doors of one section have one server.
    if (!door.tls || door.tls.get() == told) continue;
    told = door.tls.get();
    const std::string at = to_string(door.endpoint);
    const std::chrono::duration<double> end = told->expires().time_since_epoch();
    all.push_back({"banyan_tls_certificate_end_seconds",
                   "when the first certificate of the listener expires, as Unix time",
                   {{"listen", at}},
                   end.count(),
                   false});
    const http::TlsServer::Counts counts = told->counts();
    const auto count = [&](const char* result, std::uint64_t value) {
      all.push_back({"banyan_tls_handshakes_total",
                     "TLS handshakes of clients",
                     {{"listen", at}, {"result", result}},
                     static_cast<double>(value),
                     true});
    };
    count("full", counts.handshakes - counts.resumed);
    count("resumed", counts.resumed);
    count("failed", counts.failed);
  }
  return all;
}

void log_doors(const telemetry::Log& log, const Doors& doors, const http::Server& server) {
  for (std::size_t i = 0; i < doors.size(); ++i) {
    log.write(telemetry::Level::Info, "proxy.listening",
              {{"address", to_string(bound(doors[i], server, i))},
               {"serves", whom_for(doors[i])},
               {"tls", doors[i].tls ? "yes" : "no"}});
  }
  if (std::ranges::any_of(doors, &Door::operators)) return;
  log.write(telemetry::Level::Warning, "proxy.no_operators",
            {{"message",
              "the operators' pages (/_banyan/, /metrics) are nowhere to be reached, for every "
              "address of listen can be reached from elsewhere"},
             {"next", "set operators = \"127.0.0.1:9180\" in [proxy], and restart"}});
}

}  // namespace banyan::strangler
