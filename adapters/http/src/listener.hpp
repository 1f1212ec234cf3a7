// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "connection.hpp"
#include "descriptor.hpp"
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
  /// Where it is bound, its port chosen if it was 0.
  SocketAddress where() const { return SocketAddress::bound_to(socket_.number()); }
  LoopCore& loop() { return *loop_; }

  // On the loop.

  /// Also before the loop has started. Throws std::system_error when the system cannot watch
  /// another socket.
  void accept();
  /// Accepts no more; closes what is idle, lets the rest finish.
  void drain();
  /// Cuts what is left. How many exchanges were running.
  std::size_t cut();

 private:
  void ready(std::uint32_t events) override;
  void failed() noexcept override {}
  void loop_ends() override { stop(); }
  void stop();
  void rest();
  void take(Descriptor socket, const SocketAddress& peer);
  void turn_away(Descriptor socket, const Refusal& why);
  std::vector<Connection*> snapshot() const;

  std::shared_ptr<LoopCore> loop_;
  std::shared_ptr<Serving> serving_;
  std::shared_ptr<TlsServer> tls_;
  std::shared_ptr<ConnectionSet> set_;
  Descriptor socket_;
  bool accepting_ = false;
  bool shared_ = false;
  std::unique_ptr<Timer> rest_;
};

}  // namespace banyan::http
