// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "banyan/http/problem.hpp"
#include "banyan/http/recycled.hpp"
#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/random.hpp"
#include "server_exchange.hpp"

namespace banyan::http {
namespace {

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

}  // namespace

Connection::Connection(std::shared_ptr<LoopCore> on, posix::Descriptor socket,
                       std::shared_ptr<Serving> serving, std::shared_ptr<ConnectionSet> set,
                       Endpoint peer, const std::optional<ClientCounts::Key>& counted_as)
    : SocketConnection(std::move(on), std::move(socket)),
      serving_(std::move(serving)),
      set_(std::move(set)),
      peer_(std::move(peer)),
      counted_as_(counted_as),
      read_timer_(loop().timers(),
                  [this] {
                    const auto self = shared_from_this();
                    run([this] { read_timed_out(); });
                  }),
      write_timer_(loop().timers(), [this] {
        const auto self = shared_from_this();
        run([this] { cut(); });
      }) {
  set_->all.push_back(*this);
}

Connection::~Connection() = default;

RequestParser& Connection::parser() {
  if (!parser_) parser_ = set_->parsers.take(serving_->options.limits);
  return *parser_;
}

void Connection::release_parser() {
  if (!parser_) return;
  parser_->reset();
  set_->parsers.give(std::move(parser_));
}

void Connection::later(Loop::Task task) {
  loop().post([self = shared_from_this(), this, task = std::move(task)]() mutable { run(task); });
}

void Connection::start(std::unique_ptr<TransportSocket> transport) {
  read_timer_.set(serving_->options.head_timeout);
  if (const std::error_code failure = attach(std::move(transport))) {
    throw std::system_error(failure, "cannot watch a connection");
  }
  want_input(kBodyBuffer);
}

void Connection::drain(std::chrono::milliseconds last_chance) {
  if (phase_ == Phase::Idle) read_timer_.set(last_chance);
}

bool Connection::cut() {
  const auto self = shared_from_this();
  if (!open()) return false;
  const bool running = phase_ == Phase::Exchange;
  reset();
  gone();
  return running;
}

void Connection::on_input() {
  if (phase_ == Phase::Lingering) {
    lingered_ += unread().size();
    consume(unread().size());
    if (lingered_ > kLingerBytes) {
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
  const bool in_exchange = phase_ == Phase::Exchange;
  const bool may_end = in_tunnel() || (in_exchange && serving_->options.allow_half_close);
  if (clean && may_end) return advance_body();
  // What was begun must not look complete to somebody who only sees it end.
  const bool begun = in_exchange && answer_state_ != AnswerState::None;
  const bool whole = answer_whole();
  if (begun && !whole) {
    reset();
  } else {
    if (whole) answered();
    close();
  }
  gone();
}

/// All of the answer is with the kernel.
void Connection::answered() {
  if (Exchange::WriteDone done = std::exchange(write_done_, nullptr)) call([&] { done(true); });
  end_exchange(false);
}

void Connection::application_failed(std::uint64_t number) {
  fail(number, {500, "http.application_fault", "the request could not be served"});
}

void Connection::read_timed_out() {
  // What has just arrived is answered: the loop is about to be told of it.
  if (phase_ == Phase::Idle && input_waits())
    return read_timer_.set(serving_->options.head_timeout);
  if (phase_ == Phase::Idle || phase_ == Phase::Lingering) {
    close();
    gone();
    return;
  }
  refuse({408, "http.too_slow",
          phase_ == Phase::ReadingHead ? "the head of the request did not arrive in time"
                                       : "the body of the request stopped arriving, or comes too "
                                         "slowly"});
}

void Connection::advance() {
  while (open() && (phase_ == Phase::Idle || phase_ == Phase::ReadingHead)) {
    const Step step = parser().step(unread());
    consume(step.consumed);
    if (step.kind == Step::Kind::Refused) return refuse(parser_->refusal());
    if (step.kind == Step::Kind::Head) {
      begin_exchange();
      continue;
    }
    if (phase_ == Phase::Idle && !parser_->idle()) {
      phase_ = Phase::ReadingHead;
      head_began_ = loop().now();
      read_timer_.set(serving_->options.head_timeout);
    }
    if (parser_->untouched()) release_parser();
    if (input_ended()) {
      close();
      return gone();
    }
    return want_input(serving_->options.limits.head_bytes + kBodyBuffer);
  }
  if (open() && phase_ == Phase::Exchange) advance_body();
}

void Connection::begin_exchange() {
  framing_ = parser_->framing();
  body_read_ = 0;
  const bool bare = framing_.kind == Framing::Kind::None;
  if (!bare && !may_upload()) {
    return refuse({503, "http.too_many_uploads_of_client",
                   "too many requests of this client are still sending their bodies"});
  }
  phase_ = Phase::Exchange;
  read_timer_.clear();
  ++number_;
  auto request = set_->requests.take();
  std::swap(request->head, parser_->head());
  const RequestHead& head = request->head;
  take_request_id(head.fields, id_);
  request->id = id_;
  correlation_id_ = correlation_id(head, {});
  to_head_ = head.method == "HEAD";
  old_client_ = head.minor_version == 0;
  afterwards_ = parser_->keep_alive() ? Afterwards::NextRequest : Afterwards::ClientCloses;
  if (bare) {
    body_ = Body::Whole;
    release_parser();
  } else {
    body_ = parser_->expects_continue() ? Body::AwaitsContinue : Body::Coming;
    body_waited_ = {};
    body_waits_since_.reset();
  }
  answer_state_ = AnswerState::None;
  auto exchange =
      make_recycled<ServerExchange>(std::static_pointer_cast<Connection>(shared_from_this()),
                                    number_, std::move(request), framing_);
  const std::uint64_t number = number_;
  const Upcall before = std::exchange(upcall_, Upcall::Handler);
  call([&] { serving_->application->handle(std::move(exchange)); });
  if (std::exchange(upcall_, before) == Upcall::HandlerLetGo) dropped(number);
  if (open() && phase_ == Phase::Exchange) want_input(kBodyBuffer);
}

/// Whether the client may have another one that is not whole yet.
bool Connection::may_upload() {
  if (!counted_as_) return true;
  if (rest_of_body_came()) return true;
  if (!serving_->uploads.enter(*counted_as_)) return false;
  counted_as_upload_ = true;
  return true;
}

void Connection::note_body(Body body) {
  body_ = body;
  if (body_is_whole() && std::exchange(counted_as_upload_, false)) {
    serving_->uploads.leave(*counted_as_);
  }
}

void Connection::refuse(const Refusal& refusal) {
  const auto self = shared_from_this();
  if (phase_ == Phase::Exchange && answer_state_ != AnswerState::None) {
    reset();
    deliver(std::unexpected(refusal));
    gone();
    return;
  }
  afterwards_ = Afterwards::Close;
  if (phase_ != Phase::Exchange) return refuse_unhandled(refusal);
  const std::uint64_t number = number_;
  const Upcall before = std::exchange(upcall_, Upcall::RefusedReader);
  deliver(std::unexpected(refusal));
  upcall_ = before;
  if (answer_open(number)) respond(number, problem_of(refusal));
  if (Exchange::AbortDone done = std::exchange(abort_done_, nullptr)) call(done);
}

void Connection::refuse_unhandled(const Refusal& refusal) {
  RequestHead& head = parser().head();
  if (head.method.empty()) read_what_there_is(unread(), head);
  take_request_id(head.fields, id_);
  correlation_id_ = correlation_id(head, {});
  Response problem = problem_of(refusal);
  const bool in_parts = phase_ == Phase::ReadingHead;
  const RefusedRequest refused{
      .refusal = refusal,
      .head = head,
      .peer = peer_,
      .tls = tls_peer(),
      .listener = set_->listener,
      .id = id_,
      .loop = loop(),
      .correlation_id = correlation_id_.empty() ? id_ : correlation_id_,
      .took = in_parts ? loop().now() - head_began_ : std::chrono::nanoseconds(0),
      .head_bytes = unread().size()};
  call([&] { serving_->application->refused(refused, problem); });
  phase_ = Phase::Exchange;
  read_timer_.clear();
  ++number_;
  to_head_ = head.method == "HEAD";
  old_client_ = false;
  note_body(Body::Whole);
  answer_state_ = AnswerState::None;
  respond(number_, std::move(problem));
}

void Connection::note_early_refusal(const EarlyRefusal& early) {
  const RequestHead unread;
  Response told = early.answer;
  call([&] {
    serving_->application->refused({.refusal = early.refusal,
                                    .head = unread,
                                    .peer = peer_,
                                    .tls = nullptr,
                                    .listener = set_->listener,
                                    .id = early.id,
                                    .loop = loop(),
                                    .correlation_id = early.id},
                                   told);
  });
}

Response Connection::problem_of(const Refusal& refusal) const {
  return problem_response(refusal, correlation_id_.empty() ? id_ : correlation_id_);
}

void Connection::on_send_failed() {
  close();
  gone();
}

void Connection::complete() {
  answered();
  const bool all_said = body_is_whole() && unread().empty();
  if (afterwards_ == Afterwards::ClientCloses && all_said && !input_ended()) {
    // It has said that nothing follows: nothing can come that would cut its answer short.
    close();
    return gone();
  }
  const bool no_other =
      afterwards_ != Afterwards::NextRequest || !body_is_whole() || (input_ended() && all_said);
  if (no_other) return linger();
  phase_ = Phase::Idle;
  release_parser();
  // Its head may have said that the connection goes on: then the next one says the end.
  read_timer_.set(serving_->draining ? serving_->last_chance() : serving_->options.idle_timeout);
  if (unread().empty()) {
    want_input(kBodyBuffer);
  } else {
    advance();
  }
}

void Connection::linger() {
  phase_ = Phase::Lingering;
  shut_sending();
  if (input_ended()) {
    close();
    return gone();
  }
  consume(unread().size());
  pin(false);
  lingered_ = 0;
  read_timer_.set(kLingerTime);
  want_input(kBodyBuffer);
}

void Connection::end_exchange(bool aborted) {
  if (aborted) aborted_ = number_;
  ++number_;
  if (std::exchange(counted_as_upload_, false)) serving_->uploads.leave(*counted_as_);
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
  LoopCore& on = loop();
  if (collect) on.contain([&] { collect(std::unexpected(client_gone())); });
  if (read) on.contain([&] { read(std::unexpected(client_gone())); });
  if (write) on.contain([&] { write(false); });
  if (abort && aborted) on.contain(abort);
}

void Connection::gone() {
  const Phase before = std::exchange(phase_, Phase::Gone);
  if (before == Phase::Gone) return;
  const auto self = shared_from_this();
  read_timer_.stop();
  write_timer_.stop();
  if (before == Phase::Exchange) end_exchange(true);
  if (const EarlyRefusal* early = early_refusal()) note_early_refusal(*early);
  read_timer_.stop();
  release_parser();
  Listed<ConnectionSet>::unlink();
  serving_->closed(counted_as_);
}

Refusal Connection::client_gone() { return {400, "http.cut", "the client is gone"}; }

}  // namespace banyan::http
