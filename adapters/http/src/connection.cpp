// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "http/recycled.hpp"
#include "kernel/hex.hpp"
#include "kernel/random.hpp"
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

Connection::Connection(std::shared_ptr<LoopCore> on, Descriptor socket,
                       std::shared_ptr<Serving> serving, std::shared_ptr<ConnectionSet> set,
                       Endpoint peer, const std::optional<ClientCounts::Key>& counted_as)
    : Wire(std::move(on), std::move(socket)),
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

void Connection::start(std::unique_ptr<Channel> channel) {
  read_timer_.set(serving_->options.head_timeout);
  if (const std::error_code failure = attach(std::move(channel))) {
    throw std::system_error(failure, "cannot watch a connection");
  }
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
  // What was begun must not look complete to somebody who only sees it end.
  const bool begun = state_ == State::Handling && answer_ != Answer::None;
  const bool whole = answer_ == Answer::Sent && with_the_kernel();
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
    const Step step = parser().step(unread());
    consume(step.consumed);
    if (step.kind == Step::Kind::Refused) return refuse(parser_->refusal());
    if (step.kind == Step::Kind::Head) {
      begin_exchange();
      continue;
    }
    if (state_ == State::Idle && !parser_->idle()) {
      state_ = State::Head;
      read_timer_.set(serving_->options.head_timeout);
    }
    if (parser_->untouched()) release_parser();
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
  auto request = set_->requests.take();
  std::swap(request->head, parser_->head());
  const RequestHead& head = request->head;
  take_request_id(head.fields, id_);
  request->id = id_;
  to_head_ = head.method == "HEAD";
  old_client_ = head.minor_version == 0;
  keep_alive_ = parser_->keep_alive();
  client_closes_ = !keep_alive_;
  continue_wanted_ = parser_->expects_continue();
  framing_ = parser_->framing();
  body_done_ = framing_.kind == Framing::Kind::None;
  if (body_done_) release_parser();
  answer_ = Answer::None;
  auto exchange =
      make_recycled<ServerExchange>(std::static_pointer_cast<Connection>(shared_from_this()),
                                    number_, std::move(request), framing_);
  handling_ = true;
  call([&] { serving_->application->handle(std::move(exchange)); });
  handling_ = false;
  if (std::exchange(dropped_, false)) dropped(number_);
  if (open() && state_ == State::Handling) want_input(kBodyBuffer);
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
  if (Exchange::AbortDone done = std::exchange(abort_done_, nullptr)) call(done);
}

void Connection::refuse_unhandled(const Refusal& refusal) {
  RequestHead& head = parser().head();
  if (head.method.empty()) read_what_there_is(unread(), head);
  take_request_id(head.fields, id_);
  Response problem = problem_response(refusal);
  call([&] {
    serving_->application->refused({refusal, head, peer_, tls_peer(), set_->listener, id_, loop()},
                                   problem);
  });
  state_ = State::Handling;
  ++number_;
  to_head_ = head.method == "HEAD";
  old_client_ = false;
  body_done_ = true;
  answer_ = Answer::None;
  respond(number_, std::move(problem));
}

void Connection::on_send_failed() {
  close();
  gone();
}

void Connection::complete() {
  answered();
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
  release_parser();
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
  LoopCore& on = loop();
  if (collect) on.contain([&] { collect(std::unexpected(client_gone())); });
  if (read) on.contain([&] { read(std::unexpected(client_gone())); });
  if (write) on.contain([&] { write(false); });
  if (abort && aborted) on.contain(abort);
}

void Connection::gone() {
  if (std::exchange(gone_, true)) return;
  const auto self = shared_from_this();
  read_timer_.stop();
  write_timer_.stop();
  if (state_ == State::Handling) end_exchange(true);
  read_timer_.stop();
  state_ = State::Closing;
  release_parser();
  Listed<ConnectionSet>::unlink();
  serving_->closed(counted_as_);
}

Refusal Connection::client_gone() { return {400, "http.cut", "the client is gone"}; }

}  // namespace banyan::http
