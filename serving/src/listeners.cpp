// SPDX-License-Identifier: Apache-2.0
#include "listeners.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "banyan/http/loopback.hpp"
#include "banyan/serving/metrics.hpp"

namespace banyan::serving {
namespace {

http::Endpoint endpoint_of(const strangler::Address& address) {
  return {address.host, address.port};
}

/// Else the address is one of those where TLS is spoken.
bool listens_apart(const strangler::Configuration& configuration) {
  if (!configuration.internal) return false;
  return std::ranges::none_of(configuration.tls, [&](const strangler::TlsListeners& each) {
    return std::ranges::find(each.listen, *configuration.internal,
                             &strangler::ListenPoint::address) != each.listen.end();
  });
}

std::string_view whom_for(const Listener& listener) {
  if (listener.audience == Audience::Internal && !listener.operators) return "the application";
  if (!listener.operators) return "clients";
  return listener.clients ? "clients and operators" : "operators";
}

}  // namespace

bool Listener::of_this_machine() const {
  return http::is_unix(endpoint) || http::is_loopback(endpoint.host);
}

Listeners listeners_of(const strangler::Configuration& configuration, const TlsServers& tls,
                       bool asked_by_applications) {
  Listeners all;
  const auto add = [&](const std::vector<strangler::ListenPoint>& points,
                       const std::shared_ptr<http::TlsServer>& by) {
    for (const strangler::ListenPoint& point : points) {
      Listener listener{.endpoint = endpoint_of(point.address), .tls = by};
      const bool internal = point.address == configuration.internal;
      if (asked_by_applications || internal) {
        listener.pages = OwnPages::Health;
        listener.audience = Audience::Internal;
      }
      if (!configuration.operators && !internal) {
        listener.operators = listener.of_this_machine();
        listener.pages = listener.operators ? OwnPages::All : OwnPages::Health;
      }
      all.push_back(std::move(listener));
    }
  };
  add(configuration.listen, nullptr);
  for (std::size_t i = 0; i < tls.size(); ++i) add(configuration.tls[i].listen, tls[i]);
  if (configuration.operators) {
    all.push_back({.endpoint = endpoint_of(*configuration.operators),
                   .clients = false,
                   .operators = true,
                   .pages = OwnPages::All});
  }
  if (listens_apart(configuration)) {
    all.push_back({.endpoint = endpoint_of(*configuration.internal),
                   .pages = OwnPages::Health,
                   .audience = Audience::Internal});
  }
  return all;
}

std::vector<http::Endpoint> listen_addresses(const strangler::Configuration& configuration) {
  std::vector<http::Endpoint> all;
  const auto add = [&](const std::vector<strangler::ListenPoint>& points) {
    for (const strangler::ListenPoint& point : points) all.push_back(endpoint_of(point.address));
  };
  add(configuration.listen);
  for (const strangler::TlsListeners& each : configuration.tls) add(each.listen);
  if (configuration.operators) all.push_back(endpoint_of(*configuration.operators));
  if (listens_apart(configuration)) all.push_back(endpoint_of(*configuration.internal));
  return all;
}

http::ServerOptions server_options(const Listeners& listeners,
                                   const strangler::Configuration& configuration,
                                   std::size_t loops) {
  const strangler::Limits& limits = configuration.limits;
  http::ServerOptions server;
  server.listen.clear();
  for (const Listener& listener : listeners) {
    server.listen.push_back(listener.endpoint);
    server.tls.push_back(listener.tls);
  }
  server.loops = loops;
  server.max_connections = limits.connections;
  server.max_connections_per_client = limits.connections_per_client;
  server.limits.target_bytes = limits.target_bytes;
  server.limits.head_bytes = limits.header_bytes;
  server.limits.fields = limits.header_fields;
  server.limits.body_bytes = limits.body_bytes;
  server.limits.utf8_targets = true;  // whether they pass, the route says
  server.head_timeout = limits.header_time;
  server.body_timeout = limits.body_time;
  server.body_rate = limits.body_rate;
  server.body_grace = limits.body_grace;
  server.max_uploads_per_client = limits.uploads_per_client;
  server.idle_timeout = limits.idle_time;
  server.write_timeout = limits.write_time;
  server.tunnel_timeout = limits.tunnel_time;
  server.allow_half_close = configuration.half_close;
  return server;
}

std::string url(const Listener& listener, const http::Endpoint& endpoint) {
  if (http::is_unix(endpoint)) return to_string(endpoint) + " /";
  return (listener.tls ? "https://" : "http://") + to_string(endpoint) + '/';
}

http::Endpoint bound(const Listener& listener, const http::NetworkServer& server,
                     std::size_t index) {
  return {listener.endpoint.host, server.port(index)};
}

std::vector<telemetry::Sample> samples(const Listeners& listeners) {
  std::vector<telemetry::Sample> all;
  const http::TlsServer* told = nullptr;
  for (const Listener& listener : listeners) {
    // Listeners of one section have one server.
    if (!listener.tls || listener.tls.get() == told) continue;
    told = listener.tls.get();
    const std::string at = to_string(listener.endpoint);
    const std::chrono::duration<double> end = told->expires().time_since_epoch();
    all.push_back(
        {metric("banyan_tls_certificate_expiration_timestamp_seconds"), {at}, end.count()});
    const http::TlsServer::Counts counts = told->counts();
    const auto count = [&](const char* result, std::uint64_t value) {
      all.push_back(
          {metric("banyan_tls_handshakes_total"), {at, result}, static_cast<double>(value)});
    };
    count("full", counts.handshakes - counts.resumed);
    count("resumed", counts.resumed);
    count("failed", counts.failed);
  }
  return all;
}

void log_listeners(const telemetry::Log& log, const Listeners& listeners,
                   const http::NetworkServer& server, bool with_token) {
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    log.write(telemetry::Level::Info, "listening",
              {{"address", to_string(bound(listeners[i], server, i))},
               {"serves", whom_for(listeners[i])},
               {"tls", listeners[i].tls ? "yes" : "no"}});
  }
  const auto shared = std::ranges::find_if(listeners, [](const Listener& each) {
    return each.operators && each.clients && each.audience == Audience::Public;
  });
  if (shared != listeners.end() && !with_token) {
    const auto index = static_cast<std::size_t>(shared - listeners.begin());
    log.write(telemetry::Level::Warning, "operators_among_clients",
              {{"address", to_string(bound(*shared, server, index))},
               {"message",
                "clients and operators share this address without a token: whoever calls it from "
                "this machine moves traffic, and so does whoever a proxy in front passes on"},
               {"next",
                "set operators = \"127.0.0.1:9180\" in [proxy] (or operators_token_file), and "
                "restart"}});
  }
  if (std::ranges::any_of(listeners, &Listener::operators)) return;
  log.write(telemetry::Level::Warning, "no_operators",
            {{"message",
              "the operators' pages (/_banyan/, /metrics) are nowhere to be reached, for every "
              "address of listen can be reached from elsewhere"},
             {"next", "set operators = \"127.0.0.1:9180\" in [proxy], and restart"}});
}

}  // namespace banyan::serving
