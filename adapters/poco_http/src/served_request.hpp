// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>

#include "banyan/http/exchange.hpp"
#include "deadline_socket.hpp"
#include "serving.hpp"
#include "session_bytes.hpp"
#include "strict_request_guard.hpp"

namespace banyan::poco_http {

/// One request between two threads: that of its connection, which blocks in Poco's reads and
/// writes, and a loop, on which the application asks for them. What it asks for becomes a job for
/// the connection's thread, which runs them in turn until the answer is over; what comes of it is
/// told on the loop. Held by the connection's thread and by the application's Exchange.
class ServedRequest final : public std::enable_shared_from_this<ServedRequest> {
 public:
  /// `request` and `response` are Poco's, and are not touched once serve() has returned.
  ServedRequest(Serving& serving, std::size_t listener, Poco::Net::HTTPServerRequestImpl& request,
                Poco::Net::HTTPServerResponse& response, StrictRequestGuard guard);

  /// Hands it to the application; returns when its answer is over. On the connection's thread.
  void serve();
  /// Answers what the guard has refused, after the application was told.
  void refuse(const http::Refusal& refusal);
  /// Ends it without the rest of an answer. Any thread.
  void cut();

  // What the application's Exchange asks for.

  const http::RequestHead& head() const { return guard_.head(); }
  http::Framing framing() const { return framing_; }
  const http::Endpoint& peer() const { return peer_; }
  std::size_t listener() const { return listener_; }
  const std::string& id() const { return id_; }
  http::Loop& loop() { return loop_; }

  void collect_body(std::size_t limit, http::Exchange::CollectDone done);
  void read_body(http::Exchange::ReadDone done);
  void respond(http::Response response);
  void begin(http::ResponseHead head, http::Framing framing);
  void write(std::string_view bytes, http::Exchange::WriteDone done);
  void finish();
  /// begin(), write() and finish() in one.
  void answer(http::ResponseHead head, http::Framing framing, std::string body);
  void on_answered(http::Exchange::WriteDone done);
  void fail(const http::Refusal& refusal);
  void on_abort(http::Exchange::AbortDone done);
  /// Its Exchange is gone.
  void dropped();

 private:
  /// `alive`: the connection can still be read and written.
  using Job = std::move_only_function<void(bool alive)>;
  enum class Said : std::uint8_t {
    Nothing,
    Begun,     ///< an answer in pieces
    Finished,  ///< all that there is to say
  };

  void submit(Job job);
  void work();
  /// Runs the task on the loop; an exception from it fails the request.
  void tell(http::Loop::Task task);
  void application_failed(std::string_view what);
  bool say(Said from, Said to);
  http::Response problem_of(const http::Refusal& refusal) const;

  // On the connection's thread.
  std::expected<http::BodyPiece, http::Refusal> next_piece();
  std::expected<std::string, http::Refusal> whole_body(std::size_t limit);
  SteadyTime body_deadline();
  bool reusable() const;
  void send_whole(http::Response response);
  std::expected<void, http::Refusal> send_head(const http::ResponseHead& head,
                                               http::Framing framing);
  bool send_bytes(std::string_view bytes);
  void end_answer();
  void leave();
  void linger();

  Serving& serving_;
  http::Loop& loop_;
  const std::size_t listener_;
  StrictRequestGuard guard_;
  const http::Framing framing_;
  const http::Endpoint peer_;
  std::string id_;
  std::atomic<Said> said_ = Said::Nothing;
  std::atomic<bool> answered_ = false;  ///< all of the answer is with the system

  // Of the connection's thread.
  Poco::Net::HTTPServerRequestImpl& request_;
  Poco::Net::HTTPServerResponse& response_;
  ServedSocket* socket_;
  std::optional<SessionBytes> bytes_;  ///< once something of the body has been read
  bool refused_ = false;
  bool body_whole_;
  bool broken_ = false;  ///< nothing more can be read or written
  bool ended_ = false;   ///< all has been said
  std::uint64_t body_read_ = 0;
  std::optional<SteadyTime> body_began_;
  std::ostream* out_ = nullptr;
  http::Framing answer_framing_;
  bool answer_has_body_ = true;
  std::uint64_t answer_left_ = 0;
  bool keep_ = false;  ///< the answer has said that the connection is used again

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool over_ = false;  ///< no job is run any more
  bool cut_ = false;
  http::Exchange::AbortDone abort_done_;
};

}  // namespace banyan::poco_http
