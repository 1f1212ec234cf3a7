// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "connection.hpp"

namespace banyan::http {
namespace {

Refusal too_long(std::size_t limit) {
  return {413, "http.body_too_large",
          "a body of more than " + std::to_string(limit) + " bytes is not taken here"};
}

}  // namespace

void Connection::advance_body() {
  if (body_waits_since_) {
    body_waited_ += loop().now() - *body_waits_since_;
    body_waits_since_.reset();
  }
  while (open() && phase_ == Phase::Exchange && !body_is_whole() && (read_done_ || collect_done_)) {
    const Step step = parser().step(unread());
    consume(step.consumed);
    body_read_ += step.consumed;
    switch (step.kind) {
      case Step::Kind::NeedMore:
        if (body_ == Body::Tunnel && input_ended()) {
          note_body(Body::TunnelEnded);
          deliver(last_piece());
          return;
        }
        if (input_ended()) return on_input_end(false);
        return wait_for_body();
      case Step::Kind::Body:
        if (body_ == Body::AwaitsContinue) note_body(Body::Coming);
        deliver(BodyPiece{step.body, false});
        break;
      case Step::Kind::End:
        note_body(body_ == Body::Tunnel ? Body::TunnelEnded : Body::Whole);
        deliver(last_piece());
        break;
      case Step::Kind::Refused: refuse(parser_->refusal()); return;
      case Step::Kind::Head: return;
    }
  }
  if (open() && phase_ != Phase::Lingering) want_input(kBodyBuffer);
}

/// Not for longer than between two reads, nor than the average rate allows.
void Connection::wait_for_body() {
  const ServerOptions& options = serving_->options;
  if (body_ == Body::Tunnel) {
    read_timer_.set(options.tunnel_timeout);
    return want_input(kBodyBuffer);
  }
  std::chrono::milliseconds patience = options.body_timeout;
  if (options.body_rate != 0) {
    const std::chrono::milliseconds earned(body_read_ * 1000 / options.body_rate);
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(body_waited_);
    patience = std::min(patience, options.body_grace + earned - waited);
    if (patience.count() <= 0) return read_timed_out();
  }
  body_waits_since_ = loop().now();
  read_timer_.set(patience);
  want_input(kBodyBuffer);
}

BodyPiece Connection::last_piece() {
  const bool some = parser_ != nullptr && !parser_->trailers().empty();
  return {{}, true, some ? &parser_->trailers() : nullptr};
}

void Connection::deliver(std::expected<BodyPiece, Refusal> piece) {
  read_timer_.clear();
  if (collect_done_) {
    if (piece && !piece->last) {
      if (collected_.size() + piece->bytes.size() > *collect_limit_) {
        return refuse(too_long(*collect_limit_));
      }
      collected_.append(piece->bytes);
      return;
    }
    Exchange::CollectDone done = std::exchange(collect_done_, nullptr);
    if (piece) return call([&] { done(std::exchange(collected_, {})); });
    return call([&] { done(std::unexpected(std::move(piece.error()))); });
  }
  if (!read_done_) return;
  pin(piece.has_value() && !piece->last);
  Exchange::ReadDone done = std::exchange(read_done_, nullptr);
  // Its client has nothing more to say, the tunnel has its time-out still.
  if (body_ == Body::TunnelEnded) read_timer_.set(serving_->options.tunnel_timeout);
  // Whoever asks for the next piece from inside gets it when this one's callback is over.
  const Upcall before = upcall_;
  if (before != Upcall::RefusedReader) upcall_ = Upcall::Reader;
  call([&] { done(std::move(piece)); });
  upcall_ = before;
  if (read_done_)
    later([this, number = number_] {
      if (!current(number) || !read_done_) return;
      if (body_is_whole()) return deliver(last_piece());
      advance_body();
    });
}

void Connection::say_continue() {
  if (body_ != Body::AwaitsContinue) return;
  note_body(Body::Coming);
  // Who has sent something already does not wait.
  if (answer_state_ != AnswerState::None || !unread().empty()) return;
  Http1Answer::say_continue(outgoing());
  flush();
}

void Connection::collect_body(std::uint64_t number, std::size_t limit, Exchange::CollectDone done) {
  if (!current(number)) {
    return later([done = std::move(done)]() mutable { done(std::unexpected(client_gone())); });
  }
  collect_limit_ = limit;
  collected_.clear();
  collect_done_ = std::move(done);
  const bool known = framing_.kind == Framing::Kind::Length;
  const bool longer = known && framing_.length > limit;
  if (!longer && !body_is_whole()) {
    if (known) collected_.reserve(framing_.length);
    say_continue();
  }
  later([this, number, longer] {
    if (!current(number) || !collect_done_) return;
    if (body_is_whole()) return deliver(last_piece());
    if (longer) return refuse(too_long(*collect_limit_));
    advance_body();
  });
}

void Connection::read_body(std::uint64_t number, Exchange::ReadDone done) {
  if (!current(number)) {
    return later([done = std::move(done)]() mutable { done(std::unexpected(client_gone())); });
  }
  pin(false);
  read_done_ = std::move(done);
  say_continue();
  if (calling_reader()) return;
  later([this, number] {
    if (!current(number) || !read_done_) return;
    if (body_is_whole()) return deliver(last_piece());
    advance_body();
  });
}

}  // namespace banyan::http
