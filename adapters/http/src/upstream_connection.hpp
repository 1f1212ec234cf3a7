// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "http/parser.hpp"
#include "http/upstream.hpp"
#include "resolver.hpp"
#include "wire.hpp"

namespace banyan::http {

class UpstreamConnection;

/// Whoever has a connection to itself at the moment. Each of these may end in the connection's
/// being dropped, and with it the last reference to the user: who goes on after that holds one.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  virtual void connected() = 0;
  virtual void connect_failed(const std::string& why) = 0;
  virtual void input_came() = 0;
  virtual void input_is_over(bool clean) = 0;
  virtual void sent() = 0;
  virtual void sending() = 0;
  virtual void send_failed() = 0;
  /// The loop ends, and the connection with it.
  virtual void loop_ends() = 0;
};

/// The connections of one loop, to whatever endpoint. On that loop.
class UpstreamPool final : public LoopAttachment,
                           public std::enable_shared_from_this<UpstreamPool> {
 public:
  UpstreamPool(UpstreamOptions options, std::shared_ptr<Resolver> resolver)
      : options_(std::move(options)), resolver_(std::move(resolver)) {}
  void loop_ends() override;
  /// Nobody will ask for connections any more: closes the kept ones, and keeps none from now on.
  void retire();

  /// A kept one, or null.
  std::shared_ptr<UpstreamConnection> take(const Endpoint& endpoint);
  std::shared_ptr<UpstreamConnection> make(LoopCore& loop, const Endpoint& endpoint);
  void give(const std::shared_ptr<UpstreamConnection>& connection);
  void forget(UpstreamConnection& connection);

  /// What a call writes its head into and reads its answer's head into: kept for the next call, so
  /// that a busy loop soon allocates neither.
  struct Memory {
    std::string text;
    ResponseHead head;
  };
  std::optional<Memory> reuse_memory();
  void keep_memory(Memory memory);

  std::size_t idle() const;
  const UpstreamOptions& options() const noexcept { return options_; }
  Resolver& resolver() noexcept { return *resolver_; }

 private:
  UpstreamOptions options_;
  std::shared_ptr<Resolver> resolver_;
  std::map<Endpoint, std::vector<std::shared_ptr<UpstreamConnection>>> idle_;
  std::unordered_set<UpstreamConnection*> all_;
  std::vector<Memory> memory_;
};

/// A connection to an upstream. Keeps a read waiting also while idle, so that the upstream's
/// closing takes it out of the pool at once.
class UpstreamConnection final : public Wire {
 public:
  UpstreamConnection(const std::shared_ptr<LoopCore>& on, const std::shared_ptr<UpstreamPool>& pool,
                     Endpoint endpoint);

  void connect();
  /// From now on `user` hears what happens; null: nobody.
  void serve(std::shared_ptr<ConnectionUser> user);
  void keep();
  void drop();
  void loop_ends() override;
  /// False when there is something to read, be it the end.
  bool still_quiet();

  const Endpoint& endpoint() const noexcept { return endpoint_; }
  /// Made by the certificates and authorities that are in force.
  bool up_to_date(const UpstreamOptions& options) const noexcept {
    return !options.tls || options.tls->generation() == tls_generation_;
  }
  ResponseParser& parser() noexcept { return parser_; }
  using Wire::consume;
  using Wire::input_ended;
  using Wire::outgoing;
  using Wire::pin;
  using Wire::send;
  using Wire::sending;
  using Wire::shut_sending;
  using Wire::unread;
  void want_input();

 private:
  void on_connected(int error) override;
  void on_input() override;
  void on_input_end(bool clean) override;
  void on_sent() override;
  void on_send_failed() override;
  void on_send_progress() override;
  void connect_to_next();

  std::weak_ptr<UpstreamPool> pool_;
  Endpoint endpoint_;
  ResponseParser parser_;
  std::uint64_t tls_generation_ = 0;
  std::vector<SocketAddress> addresses_;  ///< still to be tried
  Timer idle_timer_;
  std::shared_ptr<ConnectionUser> user_;
};

}  // namespace banyan::http
