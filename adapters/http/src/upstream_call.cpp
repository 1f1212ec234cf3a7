// SPDX-License-Identifier: Apache-2.0
#include "upstream_call.hpp"

#include <chrono>
#include <utility>

#include "banyan/http/serializer.hpp"

namespace banyan::http {
namespace {
constexpr std::string_view kTooLate = "the deadline of the request has passed";
}  // namespace

UpstreamCall::UpstreamCall(std::shared_ptr<LoopCore> loop, std::shared_ptr<UpstreamPool> pool,
                           const Endpoint& endpoint, const UpstreamRequest& request)
    : loop_(std::move(loop)),
      pool_(std::move(pool)),
      endpoint_(endpoint),
      request_(request),
      heads_(pool_->take_heads()),
      quiet_time_(pool_->options().stall_timeout),
      read_timer_(loop_->timers(),
                  [this] {
                    const auto self = shared_from_this();
                    fail(UpstreamFailure::Kind::Timeout, !handed_    ? "could not connect in time"
                                                         : has_head_ ? "the answer stopped arriving"
                                                                     : "no answer in time");
                  }),
      write_timer_(loop_->timers(),
                   [this] {
                     const auto self = shared_from_this();
                     if (writes_on()) return give_up_writing();
                     fail(UpstreamFailure::Kind::Timeout, "takes nothing of the request");
                   }),
      total_timer_(loop_->timers(), [this] {
        const auto self = shared_from_this();
        if (complete_) return too_late_for_reader();
        fail(UpstreamFailure::Kind::Deadline, std::string(kTooLate));
      }) {}

UpstreamCall::~UpstreamCall() {
  if (!loop_->here()) return;
  pool_->give(std::move(heads_));
  if (parser_) pool_->give(std::move(parser_));
}

ResponseParser& UpstreamCall::parser() {
  if (!parser_) {
    parser_ = pool_->take_parser();
    parser_->expect(asks_for_head_ ? "HEAD" : "", request_.may_upgrade);
  }
  return *parser_;
}

void UpstreamCall::start(const WriteHead& write_head) {
  loop_->tell_of_end(*this);
  if (request_.deadline) {
    // By the time of the wheel, or it would end as much too early as the loop is late.
    total_timer_.set(
        std::chrono::ceil<std::chrono::milliseconds>(*request_.deadline - loop_->timers().now()));
  }
  left_ = request_.framing.length;
  finished_ = request_.framing.kind == Framing::Kind::None;
  HeadWriter writer(heads_->request);
  write_head(writer);
  asks_for_head_ = writer.asks_for_head();
  const auto written = writer.finish(request_.framing, Persistence::KeepAlive);
  if (!written) return fail(UpstreamFailure::Kind::Request, written.error().message);
  if (auto kept = pool_->take(endpoint_)) {
    use(std::move(kept), true);
    connected();
  } else {
    use(pool_->make(*loop_, endpoint_), false);
    connection_->connect();
  }
}

void UpstreamCall::use(std::shared_ptr<UpstreamConnection> connection, bool kept) {
  connection_ = std::move(connection);
  reused_ = kept;
  handed_ = false;
  progress_ = false;
  connection_->serve(shared_from_this());
  if (!kept) read_timer_.set(pool_->options().connect_timeout);
}

void UpstreamCall::connected() {
  read_timer_.clear();
  write_timer_.set(pool_->options().stall_timeout);
  handed_ = true;
  if (!piece_waits_) return connection_->send(heads_->request);
  connection_->outgoing() = heads_->request;
  send_piece();
}

void UpstreamCall::connect_failed(const std::string& why) {
  fail(UpstreamFailure::Kind::Connect, "cannot connect: " + why);
}

void UpstreamCall::no_socket(const std::string& why) {
  fail(UpstreamFailure::Kind::NoSocket, "no socket for a connection: " + why);
}

void UpstreamCall::send_piece() {
  piece_waits_ = false;
  const bool chunked = request_.framing.kind == Framing::Kind::Chunked;
  if (chunked) begin_chunk(piece_.size(), connection_->outgoing());
  write_timer_.set(pool_->options().stall_timeout);
  connection_->send(piece_, chunked ? kChunkEnd : std::string_view());
}

void UpstreamCall::write(std::string_view bytes, UpstreamExchange::WriteDone done) {
  const bool too_much = request_.framing.kind == Framing::Kind::Length && bytes.size() > left_;
  if (!over_ && !finished_ && too_much) {
    fail(UpstreamFailure::Kind::Request, "more bytes were written than announced");
  }
  const bool refused = over_ || broken_ || finished_ || write_done_ || (complete_ && !writes_on());
  if (refused || bytes.empty()) {
    return loop_->post([done = std::move(done), refused]() mutable { done(!refused); });
  }
  if (request_.framing.kind == Framing::Kind::Length) left_ -= bytes.size();
  loop_->tell_of_end(*this);
  write_done_ = std::move(done);
  piece_ = bytes;
  piece_waits_ = true;
  if (connection_ && handed_ && !connection_->sending()) send_piece();
}

void UpstreamCall::finish(const Fields& trailers) {
  if (over_ || finished_) return;
  finished_ = true;
  const bool short_of_it = request_.framing.kind == Framing::Kind::Length && left_ != 0;
  if (short_of_it && writes_on()) return give_up_writing();
  if (short_of_it && !broken_ && !complete_) {
    return fail(UpstreamFailure::Kind::Request, "fewer bytes were written than announced");
  }
  if (request_.framing.kind == Framing::Kind::Chunked) {
    const auto written = end_chunks(trailers, last_chunk_);
    if (!written) return fail(UpstreamFailure::Kind::Request, written.error().message);
    last_chunk_due_ = true;
  }
  if (handed_ && !broken_ && connection_ && !connection_->sending()) sent();
}

void UpstreamCall::sending() {
  progress_ = true;
  write_timer_.set(pool_->options().stall_timeout);
}

void UpstreamCall::sent() {
  progress_ = true;
  write_timer_.clear();
  if (over_) return;
  if (piece_waits_) return send_piece();
  if (write_done_) {
    ++pieces_done_;
    piece_ = {};
    const auto done = std::make_shared<UpstreamExchange::WriteDone>(std::move(write_done_));
    write_done_ = nullptr;
    const auto self = shared_from_this();
    (*done)(true);
    if (over_ || !connection_ || connection_->sending()) return;
    if (piece_waits_) return send_piece();
  }
  if (!finished_ || request_done_) return;
  if (std::exchange(last_chunk_due_, false)) {
    connection_->outgoing() += last_chunk_;
    write_timer_.set(pool_->options().stall_timeout);
    return connection_->send();
  }
  request_sent();
}

void UpstreamCall::request_sent() {
  request_done_ = true;
  if (complete_) {
    const auto self = shared_from_this();
    return release_connection();
  }
  if (tunnel_) return connection_->shut_sending();
  // An interim answer, or half a head, is no answer yet.
  if (!has_head_) read_timer_.set(pool_->options().first_byte_timeout);
}

void UpstreamCall::send_failed() {
  write_timer_.clear();
  if (writes_on()) return give_up_writing();
  broken_ = true;
  piece_waits_ = false;
  // Why it takes no more is often in an answer that is on its way.
  if (connection_->input_ended()) return advance();
  if (!has_head_) read_timer_.set(pool_->options().first_byte_timeout);
}

void UpstreamCall::input_is_over(bool clean) {
  clean_end_ = clean;
  if (writes_on()) return give_up_writing();
  if (answered_ || !connection_->unread().empty()) return advance();
  ended_early();
}

/// The connection ended before any byte of an answer.
void UpstreamCall::ended_early() {
  const bool repeatable = pieces_done_ == 0 && (unsent() || request_.safe_to_repeat);
  if (reused_ && !retried_ && repeatable) {
    retried_ = true;
    maybe_sent_ = !unsent();
    piece_waits_ = write_done_ != nullptr;
    last_chunk_due_ = finished_ && request_.framing.kind == Framing::Kind::Chunked;
    request_done_ = false;
    broken_ = false;
    connection_->drop();
    read_timer_.clear();
    write_timer_.clear();
    use(pool_->make(*loop_, endpoint_), false);
    connection_->connect();
    return;
  }
  const std::string why = connection_->transport_trouble();
  fail(UpstreamFailure::Kind::Closed, "closed the connection before it answered" +
                                          (why.empty() ? std::string() : " (" + why + ")"));
}

void UpstreamCall::fail(UpstreamFailure::Kind kind, std::string what) {
  if (over_ || complete_) return;
  over_ = true;
  stop_timers();
  failure_ = UpstreamFailure{kind, to_string(endpoint_) + ": " + std::move(what), unsent(),
                             reused_ && !answered_ && kind == UpstreamFailure::Kind::Closed};
  if (connection_) {
    if (lent_) lender_ = connection_;
    std::exchange(connection_, nullptr)->drop();
  }
  if (lent_ && failed_done_) {
    loop_->post([done = std::exchange(failed_done_, nullptr), failure = *failure_]() mutable {
      done(failure);
    });
  }
  if (!advancing_) loop_->post([self = shared_from_this()] { self->advance(); });
  if (write_done_) {
    loop_->post([done = std::exchange(write_done_, nullptr)]() mutable { done(false); });
  }
}

void UpstreamCall::on_failure(UpstreamExchange::FailureDone done) {
  loop_->tell_of_end(*this);
  failed_done_ = std::move(done);
}

/// The upstream has done its part; whoever reads is not through with it.
void UpstreamCall::too_late_for_reader() {
  const UpstreamFailure failure{UpstreamFailure::Kind::Deadline,
                                to_string(endpoint_).append(": ").append(kTooLate), false, false};
  if (auto done = std::exchange(failed_done_, nullptr)) done(failure);
}

void UpstreamCall::tell_failure() {
  if (auto done = std::exchange(head_done_, nullptr)) done(std::unexpected(*failure_));
  if (auto done = std::exchange(piece_done_, nullptr)) done(std::unexpected(*failure_));
}

/// The reader has done with the piece that it was lent.
void UpstreamCall::take_back() {
  lent_ = false;
  if (lender_) loop_->bury(std::exchange(lender_, nullptr));
}

void UpstreamCall::cancel() {
  if (writes_on()) return give_up_writing();
  fail(UpstreamFailure::Kind::Cancelled, "cancelled");
}

void UpstreamCall::abandon() {
  over_ = over_ || !complete_;
  if (!failure_) failure_ = UpstreamFailure{UpstreamFailure::Kind::Cancelled, "cancelled", false};
  stop_timers();
  // What was finished goes out to its end, if only the answer is complete.
  const bool goes_out = writes_on() && finished_;
  if (goes_out) write_timer_.set(pool_->options().stall_timeout);
  if (connection_ && !goes_out && (!complete_ || !request_done_)) {
    std::exchange(connection_, nullptr)->drop();
  }
  take_back();
  release_callbacks();
}

void UpstreamCall::release_callbacks() {
  const auto head = std::exchange(head_done_, nullptr);
  const auto piece = std::exchange(piece_done_, nullptr);
  const auto write = std::exchange(write_done_, nullptr);
  const auto failed = std::exchange(failed_done_, nullptr);
}

void UpstreamCall::faulted() {
  if (writes_on()) return give_up_writing();
  fail(UpstreamFailure::Kind::Fault, "an exception in this process, which the log has");
}

void UpstreamCall::loop_ends() {
  const auto self = shared_from_this();
  auto write = std::exchange(write_done_, nullptr);
  fail(UpstreamFailure::Kind::Cancelled, "the loop has ended");
  if (connection_) std::exchange(connection_, nullptr)->drop();  // the answer was complete
  stop_timers();
  advance();
  if (write) loop_->contain([&] { write(false); });
  release_callbacks();
}

void UpstreamCall::stop_timers() {
  read_timer_.stop();
  write_timer_.stop();
  total_timer_.stop();
}

}  // namespace banyan::http
