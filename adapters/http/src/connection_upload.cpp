// SPDX-License-Identifier: Apache-2.0
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
  while (open() && state_ == State::Handling && !body_done_ && (read_done_ || collect_done_)) {
    const Step step = parser().step(unread());
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
      case Step::Kind::Refused: refuse(parser_->refusal()); return;
      case Step::Kind::Head: return;
    }
  }
  if (open() && state_ != State::Closing) want_input(kBodyBuffer);
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
  // Whoever asks for the next piece from inside gets it when this one's callback is over.
  delivering_ = true;
  // Its client has nothing more to say, the tunnel has its time-out still.
  if (tunnel_ && body_done_) read_timer_.set(serving_->options.tunnel_timeout);
  call([&] { done(std::move(piece)); });
  delivering_ = false;
  if (read_done_)
    later([this, number = number_] {
      if (!current(number) || !read_done_) return;
      if (body_done_) return deliver(last_piece());
      advance_body();
    });
}

void Connection::say_continue() {
  if (!std::exchange(continue_wanted_, false)) return;
  // Who has sent something already does not wait.
  if (answer_ != Answer::None || !unread().empty()) return;
  outgoing() += "HTTP/1.1 100 Continue\r\n\r\n";
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
  if (!longer && !body_done_) {
    if (known) collected_.reserve(framing_.length);
    say_continue();
  }
  later([this, number, longer] {
    if (!current(number) || !collect_done_) return;
    if (body_done_) return deliver(last_piece());
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
  if (delivering_) return;
  later([this, number] {
    if (!current(number) || !read_done_) return;
    if (body_done_) return deliver(last_piece());
    advance_body();
  });
}

}  // namespace banyan::http
