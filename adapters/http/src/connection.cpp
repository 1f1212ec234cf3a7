// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "http/recycled.hpp"
#include "http/serializer.hpp"
#include "kernel/hex.hpp"
#include "kernel/random.hpp"
#include "server_exchange.hpp"

namespace banyan::http {
namespace {

constexpr std::size_t kBodyBuffer = BufferPool::kSizes[1];
/// How much of an unwanted body is read so that the client gets to see the answer.
constexpr std::size_t kLingerBytes = 256 * 1024;
constexpr std::chrono::milliseconds kLingerTime{1'000};

/// The client's if it is well-formed, else one of ours.
void take_request_id(const Fields& fields, std::string& id) {
  const auto given = fields.find("X-Request-Id");
  if (given && given->size() <= 128 && is_token(*given)) {
    id = *given;
    return;
  }
  id.clear();
  append_hex(id, system_random().next(), 16);
}

/// Method and target of a request that is not one, for the log.
void read_what_there_is(std::string_view bytes, RequestHead& head) {
  constexpr std::size_t kMost = 1024;
  while (bytes.starts_with('\r') || bytes.starts_with('\n')) bytes.remove_prefix(1);
  const std::string_view line = bytes.substr(0, std::min(bytes.find_first_of("\r\n"), kMost));
  const std::size_t blank = std::min(line.find(' '), line.size());
  head.method = line.substr(0, blank);
  const std::string_view rest = line.substr(std::min(blank + 1, line.size()));
  head.target = rest.substr(0, rest.find(' '));
}

Refusal client_gone() { return {400, "http.cut", "the client is gone"}; }

}  // namespace

Connection::Connection(std::shared_ptr<LoopCore> on, Descriptor socket,
                       std::shared_ptr<Serving> serving, std::shared_ptr<ConnectionSet> set,
                       Endpoint peer)
    : Wire(std::move(on), std::move(socket)),
      serving_(std::move(serving)),
      set_(std::move(set)),
      peer_(std::move(peer)),
      parser_(serving_->options.limits),
      read_timer_(loop().timers(), [this] { read_timed_out(); }),
      write_timer_(loop().timers(), [this] {
        const auto self = shared_from_this();
        reset();
        gone();
      }) {
  set_->all.insert(this);
}

Connection::~Connection() = default;

void Connection::later(Loop::Task task) {
  loop().post([self = shared_from_this(), task = std::move(task)]() mutable { task(); });
}

void Connection::start(std::unique_ptr<Channel> channel) {
  read_timer_.set(serving_->options.head_timeout);
  attach(std::move(channel));
  want_input(kBodyBuffer);
}

void Connection::drain() {
  if (state_ == State::Idle) {
    close();
    gone();
  }
}

bool Connection::cut() {
  const auto self = shared_from_this();
  if (!open()) return false;
  const bool running = state_ == State::Handling;
  reset();
  gone();
  return running;
}

void Connection::on_input() {
  if (state_ == State::Closing) {
    answer_left_ += unread().size();
    consume(unread().size());
    if (answer_left_ > kLingerBytes) {
      close();
      gone();
      return;
    }
    want_input(kBodyBuffer);
    return;
  }
  advance();
}

void Connection::on_input_end(bool clean) {
  // Of a tunnel each side ends by itself, of everything else if that is allowed; who reads is told
  // when it has read the rest.
  const bool may_end = tunnel_ || (state_ == State::Handling && serving_->options.allow_half_close);
  if (clean && may_end) return advance_body();
  close();
  gone();
}

void Connection::read_timed_out() {
  const auto self = shared_from_this();
  if (state_ == State::Idle || state_ == State::Closing) {
    close();
    gone();
    return;
  }
  refuse({408, "http.too_slow",
          state_ == State::Head ? "the head of the request did not arrive in time"
                                : "the body of the request stopped arriving"});
}

void Connection::advance() {
  while (open() && (state_ == State::Idle || state_ == State::Head)) {
    const Step step = parser_.step(unread());
    consume(step.consumed);
    if (step.kind == Step::Kind::Refused) return refuse(parser_.refusal());
    if (step.kind == Step::Kind::Head) {
      begin_exchange();
      continue;
    }
    if (state_ == State::Idle && !parser_.idle()) {
      state_ = State::Head;
      read_timer_.set(serving_->options.head_timeout);
    }
    if (input_ended()) {
      close();
      return gone();
    }
    return want_input(serving_->options.limits.head_bytes + kBodyBuffer);
  }
  if (open() && state_ == State::Handling) advance_body();
}

void Connection::begin_exchange() {
  state_ = State::Handling;
  read_timer_.clear();
  ++number_;
  const RequestHead& head = parser_.head();
  take_request_id(head.fields, id_);
  to_head_ = head.method == "HEAD";
  old_client_ = head.minor_version == 0;
  keep_alive_ = parser_.keep_alive();
  client_closes_ = !keep_alive_;
  continue_wanted_ = parser_.expects_continue();
  const Framing framing = parser_.framing();
  body_done_ = framing.kind == Framing::Kind::None;
  answer_ = Answer::None;
  spare_.id = id_;
  auto exchange = make_recycled<ServerExchange>(
      std::static_pointer_cast<Connection>(shared_from_this()), number_,
      std::exchange(parser_.head(), std::move(spare_.head)), framing, std::move(spare_.id));
  try {
    serving_->application->handle(std::move(exchange));
  } catch (const std::exception& exception) {
    serving_->fault(exception.what());
    fail(number_, {500, "http.application_fault", "the request could not be served"});
  }
  if (open() && state_ == State::Handling) want_input(kBodyBuffer);
}

void Connection::advance_body() {
  while (open() && state_ == State::Handling && !body_done_ && (read_done_ || collect_done_)) {
    const Step step = parser_.step(unread());
    consume(step.consumed);
    switch (step.kind) {
      case Step::Kind::NeedMore:
        if (tunnel_ && input_ended()) {
          body_done_ = true;
          deliver(last_piece());
          return;
        }
        if (input_ended()) return on_input_end(false);
        read_timer_.set(tunnel_ ? serving_->options.tunnel_timeout
                                : serving_->options.body_timeout);
        want_input(kBodyBuffer);
        return;
      case Step::Kind::Body:
        continue_wanted_ = false;
        deliver(BodyPiece{step.body, false});
        break;
      case Step::Kind::End:
        body_done_ = true;
        deliver(last_piece());
        break;
      case Step::Kind::Refused: refuse(parser_.refusal()); return;
      case Step::Kind::Head: return;
    }
  }
  if (open() && state_ != State::Closing) want_input(kBodyBuffer);
}

BodyPiece Connection::last_piece() {
  const Fields& trailers = parser_.trailers();
  return {{}, true, trailers.empty() ? nullptr : &trailers};
}

void Connection::deliver(std::expected<BodyPiece, Refusal> piece) {
  read_timer_.clear();
  if (collect_done_) {
    if (piece && !piece->last) {
      if (collected_.size() + piece->bytes.size() > *collect_limit_) {
        return refuse({413, "http.body_too_large",
                       "a body of more than " + std::to_string(*collect_limit_) +
                           " bytes is not taken here"});
      }
      collected_.append(piece->bytes);
      return;
    }
    Exchange::CollectDone done = std::exchange(collect_done_, nullptr);
    if (piece) return done(std::exchange(collected_, {}));
    return done(std::unexpected(std::move(piece.error())));
  }
  if (!read_done_) return;
  pin(piece.has_value() && !piece->last);
  Exchange::ReadDone done = std::exchange(read_done_, nullptr);
  // Whoever asks for the next piece from inside gets it when this one's callback is over.
  delivering_ = true;
  done(std::move(piece));
  delivering_ = false;
  if (read_done_)
    later([this, number = number_] {
      if (!current(number) || !read_done_) return;
      if (body_done_) return deliver(last_piece());
      advance_body();
    });
}

void Connection::refuse(const Refusal& refusal) {
  const auto self = shared_from_this();
  if (state_ == State::Handling && answer_ != Answer::None) {
    reset();
    deliver(std::unexpected(refusal));
    gone();
    return;
  }
  keep_alive_ = false;
  client_closes_ = false;
  if (state_ != State::Handling) return refuse_unhandled(refusal);
  const std::uint64_t number = number_;
  refusing_ = true;
  deliver(std::unexpected(refusal));
  refusing_ = false;
  if (answer_open(number)) respond(number, problem_response(refusal));
  if (Exchange::AbortDone done = std::exchange(abort_done_, nullptr)) done();
}

void Connection::refuse_unhandled(const Refusal& refusal) {
  RequestHead& head = parser_.head();
  if (head.method.empty()) read_what_there_is(unread(), head);
  take_request_id(head.fields, id_);
  Response problem = problem_response(refusal);
  serving_->application->refused({refusal, head, peer_, tls_peer(), set_->listener, id_, loop()},
                                 problem);
  state_ = State::Handling;
  ++number_;
  to_head_ = false;
  old_client_ = false;
  body_done_ = true;
  answer_ = Answer::None;
  respond(number_, std::move(problem));
}

void Connection::collect_body(std::uint64_t number, std::size_t limit, Exchange::CollectDone done) {
  if (!current(number)) {
    return later([done = std::move(done)]() mutable { done(std::unexpected(client_gone())); });
  }
  collect_limit_ = limit;
  collected_.clear();
  collect_done_ = std::move(done);
  const Framing framing = parser_.framing();
  const bool too_long = framing.kind == Framing::Kind::Length && framing.length > limit;
  if (!too_long && !body_done_) {
    if (framing.kind == Framing::Kind::Length) collected_.reserve(framing.length);
    if (std::exchange(continue_wanted_, false) && answer_ == Answer::None && unread().empty()) {
      outgoing() += "HTTP/1.1 100 Continue\r\n\r\n";
      flush();
    }
  }
  later([this, number, too_long] {
    if (!current(number) || !collect_done_) return;
    if (body_done_) return deliver(last_piece());
    if (too_long) {
      return refuse(
          {413, "http.body_too_large",
           "a body of more than " + std::to_string(*collect_limit_) + " bytes is not taken here"});
    }
    advance_body();
  });
}

void Connection::read_body(std::uint64_t number, Exchange::ReadDone done) {
  if (!current(number)) {
    return later([done = std::move(done)]() mutable { done(std::unexpected(client_gone())); });
  }
  pin(false);
  read_done_ = std::move(done);
  if (std::exchange(continue_wanted_, false) && answer_ == Answer::None && unread().empty()) {
    outgoing() += "HTTP/1.1 100 Continue\r\n\r\n";
    flush();
  }
  if (delivering_) return;
  later([this, number] {
    if (!current(number) || !read_done_) return;
    if (body_done_) return deliver(last_piece());
    advance_body();
  });
}

void Connection::send_answer_head(const ResponseHead& head, Framing framing, bool close_after) {
  close_after_ = close_after || !keep_alive_ || serving_->draining ||
                 serving_->farewell.due(this) || framing.kind == Framing::Kind::UntilClose ||
                 (input_ended() && unread().empty());
  const Persistence persistence = close_after_  ? Persistence::Close
                                  : old_client_ ? Persistence::SayKeepAlive
                                                : Persistence::KeepAlive;
  std::string& out = outgoing();
  const auto sent = serialize_head(head, framing, persistence, out);
  if (!sent) {
    serving_->fault(sent.error().message);
    // Nothing of a problem answer can be unsendable.
    const Response problem = problem_response({500, "http.unsendable", "the answer is malformed"});
    framing = Framing::of_length(problem.body.size());
    answer_body_ = problem.body;
    close_after_ = true;
    serialize_head(problem.head, framing, Persistence::Close, out).value();
    answer_ = Answer::Finishing;
  }
  out.resize(out.size() - 2);
  if (!head.fields.contains("Date")) out.append("Date: ").append(loop().date()).append("\r\n");
  if (!sent || !head.fields.contains("X-Request-Id")) {
    out.append("X-Request-Id: ").append(id_).append("\r\n");
  }
  out.append("\r\n");
  answer_framing_ = framing;
  answer_has_body_ = !to_head_ && head.status != 204 && head.status != 304;
  if (!sent) answer_has_body_ = !to_head_;
  answer_left_ = framing.kind == Framing::Kind::Length ? framing.length : 0;
}

void Connection::respond(std::uint64_t number, Response response) {
  if (!answer_open(number)) return;
  answer_ = Answer::Finishing;
  answer_body_ = std::move(response.body);
  // A small rest of the request is most often here already.
  while (!body_done_ && !read_done_ && !collect_done_ && !continue_wanted_) {
    const Step step = parser_.step(unread());
    consume(step.consumed);
    if (step.kind == Step::Kind::End) body_done_ = true;
    if (step.kind == Step::Kind::NeedMore || step.kind == Step::Kind::Refused) break;
  }
  const unsigned status = response.head.status;
  const bool bare = status < 200 || status == 204 || status == 304;
  if (bare) answer_body_.clear();
  const Framing framing = bare ? Framing::none() : Framing::of_length(answer_body_.size());
  send_answer_head(response.head, framing, !body_done_);
  if (!answer_has_body_) answer_body_.clear();
  flush();
}

void Connection::inform(std::uint64_t number, const ResponseHead& head) {
  if (!answer_open(number) || old_client_ || head.status >= 200 || head.status == 101) return;
  if (!serialize_head(head, Framing::none(), Persistence::KeepAlive, outgoing())) return;
  if (head.status == 100) continue_wanted_ = false;
  flush();
}

void Connection::begin(std::uint64_t number, const ResponseHead& head, Framing framing) {
  if (!answer_open(number)) return;
  answer_ = Answer::Begun;
  if (framing.kind == Framing::Kind::Chunked && old_client_) framing = Framing::until_close();
  send_answer_head(head, framing, continue_wanted_);
  if (answer_ == Answer::Finishing) return flush();
  // Two turns, so that a first piece which is at hand goes in the same packet.
  turns_before_flush_ = 2;
  call_soon();
}

void Connection::on_soon() {
  if (turns_before_flush_ == 0 || state_ != State::Handling) return;
  if (--turns_before_flush_ != 0) return call_soon();
  flush();
}

void Connection::switch_protocols(std::uint64_t number, const ResponseHead& head,
                                  std::string_view protocol) {
  if (!answer_open(number) || !body_done_) return;
  HeadWriter writer(outgoing());
  writer.status_line(101, head.reason);
  writer.add(head.fields);
  writer.add("X-Request-Id", id_);
  writer.upgrade(protocol);
  if (!writer.finish(Framing::none(), Persistence::Close)) {
    return respond(number, problem_response({500, "http.unsendable", "the answer is malformed"}));
  }
  answer_ = Answer::Begun;
  answer_framing_ = Framing::until_close();
  answer_has_body_ = true;
  close_after_ = true;
  tunnel_ = true;
  body_done_ = false;
  parser_.switch_protocols();
  flush();
}

void Connection::write(std::uint64_t number, std::string_view bytes, Exchange::WriteDone done) {
  const bool too_much =
      current(number) && answer_ == Answer::Begun && answer_has_body_ &&
      (answer_framing_.kind == Framing::Kind::None ||
       (answer_framing_.kind == Framing::Kind::Length && bytes.size() > answer_left_));
  if (too_much) {
    serving_->fault("the application wrote more bytes than its answer announced; cut");
    abort(number);
  }
  if (!current(number) || answer_ != Answer::Begun || write_done_) {
    return later([done = std::move(done)]() mutable { done(false); });
  }
  if (!answer_has_body_ || bytes.empty()) {
    return later([done = std::move(done)]() mutable { done(true); });
  }
  write_done_ = std::move(done);
  if (answer_framing_.kind == Framing::Kind::Length) answer_left_ -= bytes.size();
  if (sending()) {
    // The head is still on its way: this piece follows it.
    answer_piece_ = bytes;
    return;
  }
  send_piece(bytes);
}

void Connection::send_piece(std::string_view bytes) {
  const bool chunked = answer_framing_.kind == Framing::Kind::Chunked;
  if (chunked) begin_chunk(bytes.size(), outgoing());
  write_timer_.set(serving_->options.write_timeout);
  send(bytes, chunked ? kChunkEnd : std::string_view());
}

void Connection::finish(std::uint64_t number, const Fields& trailers) {
  if (!current(number) || answer_ != Answer::Begun) return;
  if (answer_has_body_ && answer_left_ != 0) {
    serving_->fault("the application wrote fewer bytes than its answer announced; cut");
    return abort(number);
  }
  answer_ = Answer::Finishing;
  answer_body_.clear();
  if (answer_has_body_ && answer_framing_.kind == Framing::Kind::Chunked) {
    if (!end_chunks(trailers, answer_body_)) {
      serving_->fault("the application gave a trailer that cannot be sent; cut");
      return abort(number);
    }
  }
  flush();
}

void Connection::fail(std::uint64_t number, const Refusal& refusal) {
  if (!current(number) || answer_ == Answer::Finishing || answer_ == Answer::Sent) return;
  if (answer_ == Answer::Begun) return abort(number);
  respond(number, problem_response(refusal));
}

void Connection::abort(std::uint64_t number) {
  if (!current(number) || answer_ == Answer::Sent) return;
  const auto self = shared_from_this();
  reset();
  gone();
}

void Connection::on_abort(std::uint64_t number, Exchange::AbortDone done) {
  if (current(number) && answer_ != Answer::Sent) {
    abort_done_ = std::move(done);
  } else if (number == aborted_) {
    later([done = std::move(done)]() mutable { done(); });
  }
}

void Connection::dropped(std::uint64_t number) {
  if (!current(number) || answer_ == Answer::Finishing || answer_ == Answer::Sent) return;
  if (refusing_) return;
  serving_->fault("the application dropped a request without an answer");
  fail(number, {500, "http.no_answer", "the request was given up"});
}

void Connection::flush() {
  if (sending() || !open()) return;
  const bool last = answer_ == Answer::Finishing && state_ == State::Handling;
  if (outgoing().empty() && !(last && !answer_body_.empty())) {
    if (last) complete();
    return;
  }
  write_timer_.set(serving_->options.write_timeout);
  if (last) answer_ = Answer::Sent;
  send(last ? std::string_view(answer_body_) : std::string_view());
}

void Connection::on_send_progress() { write_timer_.set(serving_->options.write_timeout); }

void Connection::on_sent() {
  write_timer_.clear();
  if (state_ != State::Handling) return;
  if (answer_ == Answer::Sent) return complete();
  if (!answer_piece_.empty()) return send_piece(std::exchange(answer_piece_, {}));
  if (tunnel_ && read_done_) read_timer_.set(serving_->options.tunnel_timeout);
  if (Exchange::WriteDone done = std::exchange(write_done_, nullptr)) done(true);
  if (open() && state_ == State::Handling && !sending()) flush();
}

void Connection::on_send_failed() {
  close();
  gone();
}

void Connection::complete() {
  end_exchange(false);
  const bool all_said = body_done_ && unread().empty();
  if (client_closes_ && all_said && !input_ended()) {
    // It has said that nothing follows: nothing can come that would cut its answer short.
    close();
    return gone();
  }
  if (close_after_ || !body_done_ || serving_->draining || (input_ended() && all_said)) {
    return linger();
  }
  state_ = State::Idle;
  parser_.reset();
  read_timer_.set(serving_->options.idle_timeout);
  if (unread().empty()) {
    want_input(kBodyBuffer);
  } else {
    advance();
  }
}

void Connection::linger() {
  state_ = State::Closing;
  shut_sending();
  if (input_ended()) {
    close();
    return gone();
  }
  consume(unread().size());
  pin(false);
  answer_left_ = 0;
  read_timer_.set(kLingerTime);
  want_input(kBodyBuffer);
}

void Connection::end_exchange(bool aborted) {
  if (aborted) aborted_ = number_;
  ++number_;
  collect_limit_.reset();
  answer_body_.clear();
  answer_piece_ = {};
  turns_before_flush_ = 0;
  pin(false);
  // Only what was called for tells its owner; the rest lets go of what it holds.
  auto collect = std::exchange(collect_done_, nullptr);
  auto read = std::exchange(read_done_, nullptr);
  auto write = std::exchange(write_done_, nullptr);
  auto abort = std::exchange(abort_done_, nullptr);
  if (collect) collect(std::unexpected(client_gone()));
  if (read) read(std::unexpected(client_gone()));
  if (write) write(false);
  if (abort && aborted) abort();
}

void Connection::gone() {
  if (std::exchange(gone_, true)) return;
  const auto self = shared_from_this();
  read_timer_.stop();
  write_timer_.stop();
  if (state_ == State::Handling) end_exchange(true);
  read_timer_.stop();
  state_ = State::Closing;
  set_->all.erase(this);
  serving_->closed(peer_);
}

}  // namespace banyan::http
