// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "banyan/http/parser.hpp"
#include "banyan/http/upstream.hpp"
#include "resolver.hpp"
#include "socket_connection.hpp"

namespace banyan::http {

class UpstreamConnection;

/// Whoever has a connection to itself at the moment. Each of these may end in the connection's
/// being dropped, and with it the last reference to the user: who goes on after that holds one.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  virtual void connected() = 0;
  virtual void connect_failed(const std::string& why) = 0;
  virtual void no_socket(const std::string& why) = 0;  ///< in this process
  virtual void input_came() = 0;
  virtual void input_is_over(bool clean) = 0;
  virtual void sent() = 0;
  virtual void sending() = 0;
  virtual void send_failed() = 0;
  /// An exception has ended the connection.
  virtual void faulted() = 0;
};

/// The connections of one loop, to whatever endpoint. On that loop.
class UpstreamPool final : public LoopAttachment,
                           public std::enable_shared_from_this<UpstreamPool> {
 public:
  UpstreamPool(UpstreamOptions options, std::shared_ptr<Resolver> resolver)
      : options_(std::move(options)), resolver_(std::move(resolver)) {}
  /// Nobody will ask for connections any more: closes the kept ones, and keeps none from now on.
  void retire();

  /// A kept one on which nothing has come, or null.
  std::shared_ptr<UpstreamConnection> take(const Endpoint& endpoint);
  std::shared_ptr<UpstreamConnection> make(LoopCore& loop, const Endpoint& endpoint);
  void give(std::shared_ptr<UpstreamConnection> connection);
  /// These are the addresses of the name now: kept connections to others are closed.
  void learn(const Endpoint& name, const std::vector<SocketAddress>& addresses, SteadyTime now);
  void forget(UpstreamConnection& connection);
  /// The address of that name did not answer in its time.
  void was_silent(const Endpoint& name, const SocketAddress& address, SteadyTime now);
  /// In the order in which to try them: those that were silent lately are the last.
  std::vector<SocketAddress> in_turn(const Endpoint& name, std::vector<SocketAddress> addresses,
                                     SteadyTime now);

  /// What a call writes its head into and has its answer's head in.
  struct Heads {
    std::string request;
    ResponseHead answer;
  };
  std::unique_ptr<Heads> take_heads() { return heads_.take(); }
  void give(std::unique_ptr<Heads> heads);
  std::unique_ptr<ResponseParser> take_parser() { return parsers_.take(options_.limits); }
  void give(std::unique_ptr<ResponseParser> parser);

  std::size_t idle() const;
  const UpstreamOptions& options() const noexcept { return options_; }
  Resolver& resolver() noexcept { return *resolver_; }

 private:
  struct Name {
    std::vector<SocketAddress> addresses;
    SteadyTime look_again;
    bool looking = false;
    struct Silent {
      SocketAddress address;
      SteadyTime until;  ///< it is tried after the others
    };
    std::vector<Silent> silent;
  };
  /// Looks the name up again when it is time, while the connection is used on.
  void follow(const UpstreamConnection& connection);
  bool still_of_its_name(const UpstreamConnection& connection) const;

  UpstreamOptions options_;
  std::shared_ptr<Resolver> resolver_;
  std::map<Endpoint, Name> names_;
  std::map<Endpoint, std::vector<std::shared_ptr<UpstreamConnection>>> idle_;  ///< oldest first
  ObjectPool<Heads> heads_{64};
  ObjectPool<ResponseParser> parsers_{16};
};

/// A connection to an upstream. Keeps a read waiting also while idle, so that the upstream's
/// closing takes it out of the pool at once.
class UpstreamConnection final : public SocketConnection {
 public:
  UpstreamConnection(const std::shared_ptr<LoopCore>& on, const std::shared_ptr<UpstreamPool>& pool,
                     Endpoint endpoint);

  void connect();
  /// From now on `user` hears what happens; null: nobody.
  void serve(std::shared_ptr<ConnectionUser> user);
  void keep();
  void drop();
  /// Whoever uses it is told by the loop itself.
  void loop_ends() override { drop(); }
  /// False when there is something to read, be it the end.
  bool quiet() const noexcept { return nothing_to_read(socket()); }

  const Endpoint& endpoint() const noexcept { return endpoint_; }
  /// It leads to an address that its endpoint's name had.
  bool by_name() const noexcept { return by_name_; }
  const SocketAddress& address() const noexcept { return address_; }
  using SocketConnection::loop;
  /// Made by the certificates and authorities that are in force.
  bool up_to_date(const UpstreamOptions& options) const noexcept {
    return !options.tls || options.tls->generation() == tls_generation_;
  }
  using SocketConnection::consume;
  using SocketConnection::input_ended;
  using SocketConnection::outgoing;
  using SocketConnection::pin;
  using SocketConnection::send;
  using SocketConnection::sending;
  using SocketConnection::shut_sending;
  using SocketConnection::unread;
  /// Of an answer that comes in at the moment, its head or more than that.
  void want_input(bool head);

 private:
  void on_connected(int error) override;
  void on_input() override;
  void on_input_end(bool clean) override;
  void on_sent() override;
  void on_send_failed() override;
  void on_send_progress() override;
  void on_fault() override;
  void connect_to_next();
  void hurry();
  void address_is_silent();

  std::weak_ptr<UpstreamPool> pool_;
  std::size_t head_bytes_;  ///< at most, of an answer
  std::chrono::milliseconds idle_keep_;
  Endpoint endpoint_;
  std::uint64_t tls_generation_ = 0;
  bool by_name_ = false;
  SocketAddress address_;                 ///< that was tried last
  std::vector<SocketAddress> addresses_;  ///< still to be tried, the next one last
  std::chrono::milliseconds connect_time_;
  SteadyTime connect_until_;
  Timer address_timer_;  ///< the share of the address that is tried
  Timer idle_timer_;
  std::shared_ptr<ConnectionUser> user_;
};

}  // namespace banyan::http
