// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/telemetry/metrics.hpp"

namespace banyan::serving {

/// Which of the process's own pages stand in the route table of a listener.
enum class OwnPages : std::uint8_t {
  None,    ///< of clients only, where operators have a listener of their own
  Health,  ///< of clients, where operators have none, or of the applications that a service has
  All,     ///< health and /metrics: a listener of operators too
};

/// What can be found on a listener. For each that differs there is a route table.
struct Shown {
  Shown(OwnPages own, Audience whom = Audience::Public)  // NOLINT(google-explicit-constructor)
      : pages(own), audience(whom) {}
  OwnPages pages;
  Audience audience;  ///< others of the application find what is internal, too
};

/// An address that is listened on, and whom it is for.
struct Listener {
  http::Endpoint endpoint;
  bool clients = true;
  bool operators = false;
  OwnPages pages = OwnPages::None;
  /// Of `clients`: anybody, or other processes of the application, whose word is taken.
  Audience audience = Audience::Public;
  std::shared_ptr<http::TlsServer> tls;  ///< null: plain HTTP

  /// Nobody but this machine can call it.
  bool of_this_machine() const;
  Shown shown() const { return {pages, audience}; }
};

/// By the index in http::ServerOptions::listen, which Exchange::listener() tells.
using Listeners = std::vector<Listener>;

/// What speaks TLS, by the index in Configuration::tls.
using TlsServers = std::vector<std::shared_ptr<http::TlsServer>>;

/// Operators have a listener of their own, or else each one that only this machine can reach.
/// `asked_by_applications`: all clients are other processes of the application. They ask where they
/// call it whether it is there, so health stays there; as it does on the listener of their own that
/// a process may have which others call besides its visitors (`internal`).
Listeners listeners_of(const strangler::Configuration& configuration, const TlsServers& tls,
                       bool asked_by_applications = false);

/// Where a configuration listens, in the order of listeners_of().
std::vector<http::Endpoint> listen_addresses(const strangler::Configuration& configuration);

http::ServerOptions server_options(const Listeners& listeners,
                                   const strangler::Configuration& configuration,
                                   std::size_t loops);

/// As people type it: "https://[::1]:8443/". Of a Unix socket with a blank, for there is no such
/// URL.
std::string url(const Listener& listener, const http::Endpoint& endpoint);

/// Where a listener of a running server is, its port chosen.
http::Endpoint bound(const Listener& listener, const http::NetworkServer& server,
                     std::size_t index);

/// Of those that speak TLS: when their certificates end, and how handshakes went.
std::vector<telemetry::Sample> samples(const Listeners& listeners);

/// One line each; and a warning when there is none for operators, or when the public has one with
/// them and no token (`with_token`) tells them apart.
void log_listeners(const telemetry::Log& log, const Listeners& listeners,
                   const http::NetworkServer& server, bool with_token);

}  // namespace banyan::serving
