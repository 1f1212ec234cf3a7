// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client_counts.hpp"
#include "farewell.hpp"
#include "http/exchange.hpp"
#include "http/parser.hpp"
#include "http/server.hpp"
#include "wire.hpp"

namespace banyan::http {

class Connection;

/// What an exchange was read into.
struct ReadRequest {
  RequestHead head;
  std::string id;
};

/// What all connections of a server share. Outlives the server as long as somebody answers late.
struct Serving {
  Serving(ServerOptions given, Application& served)
      : options(std::move(given)),
        application(&served),
        clients(options.max_connections_per_client) {}

  void fault(std::string_view what) const {
    if (options.on_fault) options.on_fault(what);
  }

  /// As whom the client is counted, if it is.
  std::optional<ClientCounts::Key> counted_as(const SocketAddress& address,
                                              const Endpoint& peer) const {
    if (options.speaks_for_many && options.speaks_for_many(peer)) return std::nullopt;
    return ClientCounts::key_of(address);
  }

  void closed(const std::optional<ClientCounts::Key>& client) {
    if (client) clients.leave(*client);
    {
      const std::lock_guard lock(mutex);
      --connections;
    }
    changed.notify_all();
  }

  const ServerOptions options;
  Application* application;
  std::atomic<std::size_t> connections = 0;
  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> refused_connections = 0;  ///< for want of room
  std::atomic<std::uint64_t> refused_of_clients = 0;   ///< clients that had as many as they may
  std::atomic<std::size_t> leaving = 0;                ///< see TurnedAway
  Farewell farewell;
  ClientCounts clients;
  std::mutex mutex;
  std::condition_variable changed;
};

/// The connections of one listener on one loop. On that loop only.
struct ConnectionSet {
  std::size_t listener = 0;  ///< index in ServerOptions::listen
  List<Connection, ConnectionSet> all;
  /// Of those that read nothing at the moment.
  Spares<RequestParser> parsers{16};
  /// Of exchanges that are over.
  Spares<ReadRequest> requests{64};
};

/// A client's connection: reads one request at a time, has it answered, goes on. On its loop only.
///
///   Idle → Head → Handling → (Idle | Closing)
///
/// Its life is in connection.cpp, the request's body in connection_upload.cpp, the answer in
/// connection_answer.cpp.
class Connection final : public Wire, public Listed<ConnectionSet> {
 public:
  Connection(std::shared_ptr<LoopCore> loop, Descriptor socket, std::shared_ptr<Serving> serving,
             std::shared_ptr<ConnectionSet> set, Endpoint peer,
             const std::optional<ClientCounts::Key>& counted_as);
  ~Connection() override;

  /// `channel`: null without TLS.
  void start(std::unique_ptr<Channel> channel = nullptr);
  /// The server drains: ends now if nothing runs, else after the answer.
  void drain();
  /// False when nothing was running.
  bool cut();

  // Commands of exchange number `number`; those of an exchange that is over are ignored.
  void collect_body(std::uint64_t number, std::size_t limit, Exchange::CollectDone done);
  void read_body(std::uint64_t number, Exchange::ReadDone done);
  void respond(std::uint64_t number, Response response);
  void inform(std::uint64_t number, const ResponseHead& head);
  void begin(std::uint64_t number, const ResponseHead& head, Framing framing);
  bool answer(std::uint64_t number, const ResponseHead& head, Framing framing,
              std::string_view body);
  void on_answered(std::uint64_t number, Exchange::WriteDone done);
  void switch_protocols(std::uint64_t number, const ResponseHead& head, std::string_view protocol);
  void write(std::uint64_t number, std::string_view bytes, Exchange::WriteDone done);
  void finish(std::uint64_t number, const Fields& trailers);
  void fail(std::uint64_t number, const Refusal& refusal);
  void abort(std::uint64_t number);
  void on_abort(std::uint64_t number, Exchange::AbortDone done);
  void dropped(std::uint64_t number);
  void recycle(std::unique_ptr<ReadRequest> request) { set_->requests.give(std::move(request)); }

  const Endpoint& peer() const noexcept { return peer_; }
  std::size_t listener() const noexcept { return set_->listener; }

 private:
  enum class State : std::uint8_t { Idle, Head, Handling, Closing };
  enum class Answer : std::uint8_t { None, Begun, Finishing, Sent };
  static constexpr std::size_t kBodyBuffer = BufferPool::kSizes[1];
  static Refusal client_gone();

  void on_input() override;
  void on_input_end(bool clean) override;
  void on_broken() override { on_input_end(false); }
  void on_sent() override;
  void on_send_failed() override;
  void on_send_progress() override;
  void on_soon() override;
  void on_fault() override { cut(); }
  void loop_ends() override { cut(); }

  /// Calls the application: what it throws fails the exchange under way, and nothing else.
  template <class Call>
  void call(Call&& call) {
    const std::uint64_t number = number_;
    if (!loop().contain(std::forward<Call>(call))) application_failed(number);
  }
  [[gnu::cold]] void application_failed(std::uint64_t number);
  void advance();
  void begin_exchange();
  void advance_body();
  void say_continue();
  BodyPiece last_piece();
  void deliver(std::expected<BodyPiece, Refusal> piece);
  [[gnu::cold]] void refuse(const Refusal& refusal);
  [[gnu::cold]] void refuse_unhandled(const Refusal& refusal);
  void begin_answer(const ResponseHead& head, Framing framing);
  void send_answer_head(const ResponseHead& head, Framing framing, bool close_after);
  void flush();
  void send_piece(std::string_view bytes);
  void complete();
  void answered();
  /// Lets the client read the end of its answer before the connection goes.
  void linger();
  void gone();
  void end_exchange(bool aborted);
  [[gnu::cold]] void read_timed_out();
  bool current(std::uint64_t number) const noexcept {
    return number == number_ && state_ == State::Handling;
  }
  bool answer_open(std::uint64_t number) const noexcept {
    return current(number) && answer_ == Answer::None;
  }
  void later(Loop::Task task);
  RequestParser& parser();
  /// Nothing of a message is in it: whoever reads next may have it.
  void release_parser();

  std::shared_ptr<Serving> serving_;
  std::shared_ptr<ConnectionSet> set_;
  Endpoint peer_;
  std::optional<ClientCounts::Key> counted_as_;
  std::unique_ptr<RequestParser> parser_;  ///< while something is read
  Timer read_timer_;
  Timer write_timer_;
  State state_ = State::Idle;

  // The exchange under way.
  std::uint64_t number_ = 0;
  std::string id_;
  Framing framing_;
  bool body_done_ = false;
  bool to_head_ = false;
  bool keep_alive_ = false;
  bool client_closes_ = false;
  bool old_client_ = false;
  bool continue_wanted_ = false;
  bool tunnel_ = false;  ///< has switched protocols
  std::optional<std::size_t> collect_limit_;
  std::string collected_;
  Exchange::CollectDone collect_done_;
  Exchange::ReadDone read_done_;
  Exchange::WriteDone write_done_;
  Exchange::AbortDone abort_done_;

  Answer answer_ = Answer::None;
  Framing answer_framing_;
  bool answer_has_body_ = true;
  bool close_after_ = false;
  std::uint64_t answer_left_ = 0;
  std::string answer_body_;
  std::string_view answer_piece_;
  int turns_before_flush_ = 0;
  std::uint64_t aborted_ = 0;
  bool gone_ = false;
  bool delivering_ = false;
  bool handling_ = false;  ///< the application has just got the request
  bool dropped_ = false;   ///< and let go of it
  bool refusing_ = false;  ///< whoever reads is told, and may answer
};

}  // namespace banyan::http
