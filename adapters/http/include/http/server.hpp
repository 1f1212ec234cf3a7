// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/endpoint.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"

namespace banyan::http {

struct ServerOptions {
  /// Addresses, or paths of Unix sockets. Port 0: the system chooses, see Server::port().
  std::vector<Endpoint> listen{{"127.0.0.1", 0}};
  /// By the index in `listen`: what is spoken TLS by there. Null or missing: plain HTTP.
  std::vector<std::shared_ptr<TlsServer>> tls;
  std::size_t loops = 0;  ///< 0: one per core
  /// Over all loops; further ones are told 503 and closed, by TLS closed without a word, for a
  /// handshake is what there is no room for. At most 256 linger to read it, on top of this number.
  std::size_t max_connections = 10'000;
  /// Over all loops, from one address (of IPv6: one /64); further ones are told 503 and closed. 0:
  /// no limit.
  std::size_t max_connections_per_client = 0;
  /// Who may have any number of connections, because many clients speak through it. Any loop; must
  /// always say the same of the same address, and not throw.
  std::function<bool(const Endpoint& peer)> speaks_for_many;
  Limits limits{.body_bytes = 16 * 1024 * 1024};

  /// From the first byte of a head to its last. Else 408. And for a TLS handshake with the first
  /// byte after it; else closes quietly.
  std::chrono::milliseconds head_timeout{10'000};
  /// Between two reads of a body that is asked for. Else 408.
  std::chrono::milliseconds body_timeout{30'000};
  /// Between two requests. Closes quietly.
  std::chrono::milliseconds idle_timeout{60'000};
  /// While the client takes nothing of an answer. Cuts.
  std::chrono::milliseconds write_timeout{30'000};

  /// While neither side of a connection that has switched protocols says anything. Cuts.
  std::chrono::milliseconds tunnel_timeout{600'000};

  /// A client that closes its sending side counts as gone, unless this is set: then it still gets
  /// the answers to all that it has asked, and its going away is noticed only when writing.
  bool allow_half_close = false;

  /// Told about answers that could not be sent and exceptions, from the application or for want of
  /// memory or of something else that the system has, for the log. Each has cost one exchange or
  /// one connection.
  /// On any loop; must not throw.
  std::function<void(std::string_view what)> on_fault;
};

/// An HTTP/1.1 server: one event loop per core with a listening socket of its own (SO_REUSEPORT),
/// connections stay on the loop that accepted them, pipelined requests are handled one after the
/// other. Take an InstanceLock first: SO_REUSEPORT would let a second server share the port. (Loops
/// share the one listening Unix socket, since there SO_REUSEPORT does not spread.)
class Server {
 public:
  /// `application` must outlive the server.
  Server(ServerOptions options, Application& application);
  /// drain() with no time.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds, then accepts. Throws std::system_error with the address and the next step in its text.
  void start();

  /// The port that is listened on, by the index in ServerOptions::listen; after start().
  std::uint16_t port(std::size_t index = 0) const;

  std::size_t connections() const;

  /// Connections for which there was no room, since the start.
  struct TurnedAway {
    std::uint64_t by_limit = 0;         ///< ServerOptions::max_connections
    std::uint64_t by_client_limit = 0;  ///< ServerOptions::max_connections_per_client
    std::size_t leaving = 0;            ///< still here, to read what they are told
  };
  TurnedAway turned_away() const;

  /// Loops of this server, for upstreams and timers; valid until the server is destroyed.
  std::size_t loops() const;
  Loop& loop(std::size_t index);

  /// Serves on, but has clients go, one by one: each connection's answers say `Connection: close`
  /// from a moment of its own within `spread` on. Returns when that time is over or no connection
  /// is left. Then drain(). From any thread but a loop.
  void wind_down(std::chrono::milliseconds spread);

  /// Closes the listening sockets and the idle connections, lets running exchanges finish (their
  /// answers say `Connection: close`), cuts what is left at the deadline, and ends the loops. How
  /// many exchanges were cut. From any thread but a loop; a second call returns 0.
  std::size_t drain(std::chrono::milliseconds deadline);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace banyan::http
