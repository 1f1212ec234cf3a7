// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "banyan/posix/descriptor.hpp"
#include "connection.hpp"
#include "loop_core.hpp"
#include "socket_address.hpp"

namespace banyan::http {

/// A listening socket on one loop, and the connections that came in by it.
class Listener final : private Watched {
 public:
  /// `number`: the index of its address in ServerOptions::listen. `tls`: null for plain HTTP.
  Listener(std::shared_ptr<LoopCore> loop, std::shared_ptr<Serving> serving, std::size_t number,
           std::shared_ptr<TlsServer> tls);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// `share_port`: others bind to the same address, one for each loop. Throws std::system_error.
  void bind(const SocketAddress& where, bool share_port);
  /// The same socket as another loop's. Throws std::system_error.
  void share(const Listener& other);
  /// Listens on with what another process has begun. `shared`: others of this process wait for
  /// connections on the same socket, of whom one is the `original`. Throws std::system_error.
  void go_on_with(const posix::Descriptor& socket, bool shared, bool original);
  /// Not one that shares another's socket.
  bool original() const noexcept { return original_; }
  /// The socket, for another process. Throws std::system_error.
  posix::Descriptor duplicate() const;
  /// Where it is bound, its port chosen if it was 0.
  SocketAddress where() const { return SocketAddress::bound_to(socket_.number()); }
  LoopCore& loop() { return *loop_; }

  // On the loop.

  /// Also before the loop has started. Throws std::system_error when the system cannot watch
  /// another socket.
  void accept();
  /// The same once the loop runs; what the system cannot watch now it is asked for again.
  void open();
  /// Accepts no more.
  void stop();
  /// Accepts no more; gives what is idle a last chance, lets the rest finish.
  void drain(std::chrono::milliseconds last_chance);
  /// Cuts what is left. How many exchanges were running.
  std::size_t cut();

 private:
  void ready(std::uint32_t events) override;
  void failed() noexcept override {}
  void loop_ends() override { stop(); }
  void rest();
  void take(posix::Descriptor socket, const SocketAddress& peer);
  void turn_away(posix::Descriptor socket, const Endpoint& peer, const Refusal& why);
  std::vector<Connection*> snapshot() const;

  std::shared_ptr<LoopCore> loop_;
  std::shared_ptr<Serving> serving_;
  std::shared_ptr<TlsServer> tls_;
  std::shared_ptr<ConnectionSet> set_;
  posix::Descriptor socket_;
  bool accepting_ = false;
  bool shared_ = false;
  bool original_ = true;
  std::unique_ptr<Timer> rest_;
};

}  // namespace banyan::http
