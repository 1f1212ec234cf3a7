// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
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

#include "banyan/http/exchange.hpp"
#include "banyan/http/parser.hpp"
#include "banyan/http/server.hpp"
#include "client_counts.hpp"
#include "graceful_drain.hpp"
#include "http1_answer.hpp"
#include "socket_connection.hpp"

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
        clients(options.max_connections_per_client),
        uploads(options.max_uploads_per_client) {}

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

  /// How long a drain waits for the next request of an idle connection.
  std::chrono::milliseconds last_chance() const {
    return handed_over ? options.idle_timeout : kLastChance;
  }
  static constexpr std::chrono::milliseconds kLastChance{100};

  const ServerOptions options;
  Application* application;
  std::atomic<std::size_t> connections = 0;
  std::atomic<bool> draining = false;
  std::atomic<bool> handed_over = false;  ///< another process goes on with the listening sockets
  std::atomic<std::uint64_t> refused_connections = 0;  ///< for want of room
  std::atomic<std::uint64_t> refused_of_clients = 0;   ///< clients that had as many as they may
  std::atomic<std::size_t> leaving = 0;                ///< see OverloadResponder
  GracefulDrain graceful_drain;
  ClientCounts clients;
  ClientCounts uploads;  ///< requests that are served while their bodies still come
  std::mutex mutex;
  std::condition_variable changed;
};

/// The connections of one listener on one loop. On that loop only.
struct ConnectionSet {
  std::size_t listener = 0;  ///< index in ServerOptions::listen
  List<Connection, ConnectionSet> all;
  /// Of those that read nothing at the moment.
  ObjectPool<RequestParser> parsers{16};
  /// Of exchanges that are over.
  ObjectPool<ReadRequest> requests{64};
};

/// A client's connection: reads one request at a time, has it answered, goes on. On its loop only.
///
///   Idle → ReadingHead → Exchange → (Idle | Lingering) → Gone
///
/// Its life is in connection.cpp, the request's body in connection_upload.cpp, the answer in
/// connection_answer.cpp. It speaks of heads, pieces, trailers and ends; how they look on the wire
/// is the parser's and Http1Answer's business.
class Connection final : public SocketConnection, public Listed<ConnectionSet> {
 public:
  Connection(std::shared_ptr<LoopCore> loop, posix::Descriptor socket,
             std::shared_ptr<Serving> serving, std::shared_ptr<ConnectionSet> set, Endpoint peer,
             const std::optional<ClientCounts::Key>& counted_as);
  ~Connection() override;

  /// `transport`: null without TLS.
  void start(std::unique_ptr<TransportSocket> transport = nullptr);
  /// The server drains: ends after the answer. If nothing runs, after that of a request which comes
  /// within `last_chance`, or else then: a client may be sending at this very moment.
  void drain(std::chrono::milliseconds last_chance);
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

  bool body_is_here(std::uint64_t number) const noexcept {
    return !current(number) || body_is_whole() || rest_of_body_came();
  }
  const Endpoint& peer() const noexcept { return peer_; }
  std::size_t listener() const noexcept { return set_->listener; }

 private:
  enum class Phase : std::uint8_t {
    Idle,         ///< between two requests
    ReadingHead,  ///< a part of one has come
    Exchange,     ///< it is with the application, or being refused
    Lingering,    ///< all is said; what still comes is dropped, so that it can be read
    Gone,
  };
  /// The request's body, as it comes in.
  enum class Body : std::uint8_t {
    AwaitsContinue,  ///< not asked for; its sender waits for that
    Coming,
    Whole,
    Tunnel,       ///< another protocol
    TunnelEnded,  ///< of which the client has said all
  };
  enum class AnswerState : std::uint8_t {
    None,
    Begun,
    Finishing,  ///< the application has said all
    Sent,       ///< and all was given to send()
  };
  enum class Afterwards : std::uint8_t {
    NextRequest,
    ClientCloses,  ///< the client has said that nothing follows
    Close,
  };
  /// Whom of the application the engine is calling at the moment.
  enum class Upcall : std::uint8_t {
    None,
    Handler,       ///< it has just got the request
    HandlerLetGo,  ///< and let go of it already
    Reader,        ///< gets a piece of the body
    RefusedReader  ///< is told that there will be none, and may answer
  };
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
  [[gnu::cold]] bool may_upload();
  void note_body(Body body);
  void wait_for_body();
  bool body_is_whole() const noexcept { return body_ == Body::Whole || body_ == Body::TunnelEnded; }
  /// What is still to be read of it is in the buffer, as far as a length was declared.
  bool rest_of_body_came() const noexcept {
    return framing_.kind == Framing::Kind::Length &&
           unread().size() >= framing_.length - body_read_;
  }
  bool in_tunnel() const noexcept { return body_ == Body::Tunnel || body_ == Body::TunnelEnded; }
  bool calling_reader() const noexcept {
    return upcall_ == Upcall::Reader || upcall_ == Upcall::RefusedReader;
  }
  void advance_body();
  void say_continue();
  BodyPiece last_piece();
  void deliver(std::expected<BodyPiece, Refusal> piece);
  [[gnu::cold]] void refuse(const Refusal& refusal);
  [[gnu::cold]] void refuse_unhandled(const Refusal& refusal);
  [[gnu::cold]] void note_early_refusal(const EarlyRefusal& early);
  bool answer_whole() const noexcept {
    return answer_state_ == AnswerState::Sent && with_the_kernel();
  }
  /// The application has said all of it.
  bool answer_said() const noexcept {
    return answer_state_ == AnswerState::Finishing || answer_state_ == AnswerState::Sent;
  }
  Response problem_of(const Refusal& refusal) const;
  [[gnu::cold]] void send_problem(const Refusal& refusal);
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
    return number == number_ && phase_ == Phase::Exchange;
  }
  bool answer_open(std::uint64_t number) const noexcept {
    return current(number) && answer_state_ == AnswerState::None;
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
  Phase phase_ = Phase::Idle;
  SteadyTime head_began_;     ///< when the first bytes of a head came that was not whole at once
  std::size_t lingered_ = 0;  ///< bytes that were dropped

  // The exchange under way.
  std::uint64_t number_ = 0;
  std::string id_;
  std::string correlation_id_;  ///< "": as id_
  Framing framing_;
  Body body_ = Body::Whole;
  bool counted_as_upload_ = false;
  bool to_head_ = false;
  bool old_client_ = false;
  std::uint64_t body_read_ = 0;  ///< bytes
  /// How long the engine has waited for it, and, if it does now, since when.
  std::chrono::nanoseconds body_waited_{0};
  std::optional<SteadyTime> body_waits_since_;
  std::optional<std::size_t> collect_limit_;
  std::string collected_;
  Exchange::CollectDone collect_done_;
  Exchange::ReadDone read_done_;
  Exchange::WriteDone write_done_;
  Exchange::AbortDone abort_done_;

  AnswerState answer_state_ = AnswerState::None;
  Afterwards afterwards_ = Afterwards::NextRequest;
  Upcall upcall_ = Upcall::None;
  Http1Answer answer_;
  std::string answer_body_;
  std::string_view answer_piece_;
  int turns_before_flush_ = 0;
  std::uint64_t aborted_ = 0;
};

}  // namespace banyan::http
