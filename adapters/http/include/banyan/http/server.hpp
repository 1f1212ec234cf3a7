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

#include "banyan/http/endpoint.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/http/listening_socket.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/message.hpp"
#include "banyan/http/network_server.hpp"
#include "banyan/http/tls.hpp"

namespace banyan::http {

struct ServerOptions {
  /// Addresses, or paths of Unix sockets. Port 0: the system chooses, see Server::port().
  std::vector<Endpoint> listen{{"127.0.0.1", 0}};
  /// By the index in `listen`: what is spoken TLS by there. Null or missing: plain HTTP.
  std::vector<std::shared_ptr<TlsServer>> tls;
  std::size_t loops = 0;  ///< 0: one per core
  /// See Loop::late().
  std::chrono::milliseconds late_after = kLateAfter;
  /// Over all loops; further ones are told 503 and closed; with TLS just closed, since a handshake
  /// is what costs most. At most 256 linger to read the 503, on top of this number.
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
  /// How fast a body that is asked for has to come on average, in bytes a second, after
  /// `body_grace`; else 408. Only the time in which the engine waits for it counts, not that in
  /// which nobody asks. 0: any rate will do.
  std::uint64_t body_rate = 240;
  std::chrono::milliseconds body_grace{10'000};
  /// Requests of one client (as for max_connections_per_client) that are served while their bodies
  /// still come; the next one is told 503, so that nobody holds all places of those who serve by
  /// uploads that drip. 0: no limit.
  std::size_t max_uploads_per_client = 256;
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
class Server final : public NetworkServer {
 public:
  /// `application` must outlive the server.
  Server(ServerOptions options, Application& application);
  /// drain() with no time.
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// prepare(), then accept(), from any thread but a loop.
  void start(const ListeningSockets& inherited = {});

  void prepare(const ListeningSockets& inherited) override;
  void prepare() { prepare({}); }
  void accept() override;

  ListeningSockets listening_sockets() const override;
  /// Its end leaves the paths of Unix sockets to the other, and its drain() closes no idle
  /// connection before its last second. From any thread but a loop.
  void hand_over() override;

  std::uint16_t port(std::size_t index) const override;
  std::uint16_t port() const { return port(0); }

  std::size_t connections() const override;
  Overload overload() const override;

  /// Loops of this server, for upstreams and timers; valid until the server is destroyed.
  std::size_t loops() const;
  Loop& loop(std::size_t index);

  /// From any thread but a loop.
  void wind_down(std::chrono::milliseconds spread) override;

  /// Idle connections get a last chance to say something (a client may be sending at that very
  /// moment). Ends the loops. From any thread but a loop.
  std::size_t drain(std::chrono::milliseconds deadline) override;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

/// The engine as a network: a MakeServer.
std::unique_ptr<NetworkServer> make_server(ServerOptions options, Application& application);

}  // namespace banyan::http
