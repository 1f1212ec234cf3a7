// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/http/network_server.hpp"
#include "banyan/http/server.hpp"

namespace banyan::poco_http {

/// A server on Poco::Net::HTTPServer behind a StrictRequestGuard; a http::MakeServer. One thread a
/// connection, at most 256 of them, each held also while its client is idle; when most are taken,
/// answers say `Connection: close`.
///
/// Poco's parser accepts what a client at the edge may not send, and some of it leaves no trace
/// that a guard could find. So it listens on loopback addresses only, for processes of the same
/// application or behind the proxy; and neither on Unix sockets nor by TLS: std::runtime_error.
///
/// Of ServerOptions it has `listen`, `loops` (1 when 0: they carry what the application does on
/// them), `max_connections`, `limits.body_bytes`, the times for head, body, idling and writing, and
/// `on_fault`. Poco's own limits are fixed: 100 fields, names of 256 and values of 8,192 bytes. A
/// client that goes away is noticed when it is written to. Protocols are not switched, trailers not
/// sent, interim answers neither but 100.
std::unique_ptr<http::NetworkServer> make_server(http::ServerOptions options,
                                                 http::Application& application);

}  // namespace banyan::poco_http
