// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "banyan/http/listening_socket.hpp"

namespace banyan::http {

class Application;
struct ServerOptions;

/// A server as the serving library needs it, whatever network library it is written with: the
/// listening half of the network seam (docs/how-to/write-a-network-adapter.md). It hands each
/// request to its Application as an Exchange. The other half is upstream::Caller::Transport.
///
/// prepare(), accept(), drain() and the destructor on one thread, in this order; the rest on any.
class NetworkServer {
 public:
  virtual ~NetworkServer() = default;

  /// Binds, and does everything else that can fail; clients that connect meanwhile wait in the
  /// sockets' queues. Where there are `inherited` sockets for an address, on which an earlier
  /// process listens, these are used and nothing is bound. Throws std::system_error or
  /// std::runtime_error with the address and the next step in its text.
  virtual void prepare(const ListeningSockets& inherited) = 0;
  virtual void accept() = 0;

  /// Duplicates of the sockets that are listened on, for a process that goes on with them; after
  /// prepare(). Throws std::system_error.
  virtual ListeningSockets listening_sockets() const = 0;
  /// Another process accepts on these sockets from now on, and this one no more. After prepare(),
  /// and before or while drain() runs.
  virtual void hand_over() = 0;

  /// The port that is listened on, by the index in ServerOptions::listen; after prepare().
  virtual std::uint16_t port(std::size_t index) const = 0;

  virtual std::size_t connections() const = 0;

  /// Connections for which there was no room, since the start.
  struct Overload {
    std::uint64_t by_limit = 0;         ///< ServerOptions::max_connections
    std::uint64_t by_client_limit = 0;  ///< ServerOptions::max_connections_per_client
    std::size_t leaving = 0;            ///< still here, to read what they are told
  };
  virtual Overload overload() const = 0;

  /// Serves on, but has clients go, one by one: each connection's answers say `Connection: close`
  /// from a moment of its own within `spread` on. Returns when that time is over or no connection
  /// is left. Then drain().
  virtual void wind_down(std::chrono::milliseconds spread) = 0;

  /// Closes the listening sockets, lets running exchanges finish (their answers say `Connection:
  /// close`), closes idle connections, and cuts what is left at the deadline. How many exchanges
  /// were cut; a second call returns 0.
  virtual std::size_t drain(std::chrono::milliseconds deadline) = 0;
};

/// The application must outlive the server. Throws std::runtime_error, with the next step in its
/// text, for options that the adapter cannot do.
using MakeServer =
    std::function<std::unique_ptr<NetworkServer>(ServerOptions options, Application& application)>;

}  // namespace banyan::http
