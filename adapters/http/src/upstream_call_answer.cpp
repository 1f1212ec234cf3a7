// SPDX-License-Identifier: Apache-2.0
// What a call does with the answer, to its end.
#include <utility>

#include "banyan/http/known_fields.hpp"
#include "upstream_call.hpp"

namespace banyan::http {
namespace {
constexpr std::size_t kMaxInterim = 64;

/// By one of our limits, not for what it says.
bool beyond_a_limit(const Refusal& refusal) {
  return refusal.name == "http.head_too_large" || refusal.name == "http.too_many_fields" ||
         refusal.name == "http.body_too_large";
}

bool is_event_stream(const ResponseHead& head) {
  return begins_ignoring_case(head.fields.find("Content-Type").value_or(""), "text/event-stream");
}

}  // namespace

void UpstreamCall::read_head(UpstreamExchange::HeadDone done) {
  loop_->tell_of_end(*this);
  head_done_ = std::move(done);
  if (interim_shown_ && connection_) {
    interim_shown_ = false;
    const Step end = parser().step({});
    (void)end;
    parser().reset();
  }
  advance_later();
}

std::optional<std::string_view> UpstreamCall::take_small_body() {
  const bool declared = framing_.kind == Framing::Kind::Length;
  if (!connection_ || !request_done_ || !declared || framing_.length > SocketConnection::kCopied) {
    return std::nullopt;
  }
  const std::string_view unread = connection_->unread();
  if (unread.size() < framing_.length) return std::nullopt;
  const Step step = parser().step(unread.substr(0, framing_.length));
  connection_->consume(step.consumed);
  if (step.kind == Step::Kind::Body) parser().step({});  // the end
  // Its buffer is lent: take_final_head() lets go of the connection.
  mark_complete();
  return step.body;
}

void UpstreamCall::read_body(UpstreamExchange::PieceDone done) {
  loop_->tell_of_end(*this);
  take_back();
  piece_done_ = std::move(done);
  if (connection_) connection_->pin(false);
  advance_later();
}

void UpstreamCall::advance_later() {
  if (advancing_) return;
  if (!over_ && !complete_ && connection_ && connection_->unread().empty() &&
      !connection_->input_ended() && !has_head_) {
    return;  // what comes will be noticed
  }
  loop_->post([self = shared_from_this()] { self->advance(); });
}

void UpstreamCall::advance() {
  if (advancing_) return;
  const auto self = shared_from_this();
  advancing_ = true;
  if (!loop_->contain([this] { take_steps(); })) {
    advancing_ = false;
    return faulted();
  }
  advancing_ = false;
  if (!over_ && connection_ && connection_->open()) connection_->want_input(!has_head_);
}

void UpstreamCall::take_steps() {
  while (head_done_ || piece_done_) {
    if (over_) {
      tell_failure();
      continue;
    }
    if (complete_) {
      if (auto done = std::exchange(piece_done_, nullptr)) {
        done(BodyPiece{{}, true, trailers_.empty() ? nullptr : &trailers_});
      }
      if (auto done = std::exchange(head_done_, nullptr)) done(&heads_->answer);
      continue;
    }
    if (!connection_ || (has_head_ && !piece_done_)) break;
    const std::string_view unread = connection_->unread();
    answered_ = answered_ || !unread.empty();
    const Step step = parser().step(unread);
    connection_->consume(step.consumed);
    if (step.kind == Step::Kind::NeedMore) {
      if (connection_->input_ended()) {
        input_ran_dry();
        if (!over_ && !has_head_) break;  // another attempt is under way
        continue;
      }
      if (has_head_ && !tunnel_) read_timer_.set(quiet_time_);
      connection_->want_input(!has_head_);
      break;
    }
    switch (step.kind) {
      case Step::Kind::Refused:
        fail(beyond_a_limit(parser_->refusal()) ? UpstreamFailure::Kind::TooLarge
                                                : UpstreamFailure::Kind::Protocol,
             parser_->refusal().message + " (" + parser_->refusal().name + ")");
        break;
      case Step::Kind::Head:
        if (!parser_->interim()) {
          take_final_head();
        } else if (++interim_ > kMaxInterim) {
          fail(UpstreamFailure::Kind::Protocol, "too many interim answers");
        } else {
          interim_shown_ = true;
          auto done = std::exchange(head_done_, nullptr);
          done(&parser_->head());
        }
        break;
      case Step::Kind::Body: {
        read_timer_.clear();
        connection_->pin(true);
        lent_ = true;
        auto done = std::exchange(piece_done_, nullptr);
        done(BodyPiece{step.body, false});
        break;
      }
      case Step::Kind::End:
        std::swap(trailers_, parser_->trailers());
        complete();
        break;
      case Step::Kind::NeedMore: break;
    }
  }
}

void UpstreamCall::input_ran_dry() {
  if (!answered_) return ended_early();
  if (parser().close() != nullptr || !clean_end_ || parser_->in_head()) {
    fail(UpstreamFailure::Kind::Closed, "the connection ended inside the answer");
  }
}

void UpstreamCall::take_final_head() {
  read_timer_.clear();
  has_head_ = true;
  has_body_ = parser_->has_body();
  framing_ = parser_->framing();
  ResponseHead& head = heads_->answer;
  std::swap(head, parser_->head());
  if (head.status == 101) begin_tunnel();
  if (is_event_stream(head)) quiet_time_ = pool_->options().stream_timeout;
  auto done = std::exchange(head_done_, nullptr);
  if (!has_body_) complete();
  done(&head);
  if (complete_ && connection_ && request_done_) release_connection();
}

/// What is written from here on is no message any more, and has no deadline but its owner's.
void UpstreamCall::begin_tunnel() {
  tunnel_ = true;
  total_timer_.clear();
  request_.framing = Framing::until_close();
  finished_ = false;
  request_done_ = false;
}

/// The answer is through. The request goes on where it is not: nobody but the upstream knows
/// whether it still wants the rest.
void UpstreamCall::complete() {
  mark_complete();
  if (writes_on() && !connection_->input_ended()) return connection_->pin(false);
  release_connection();
  piece_waits_ = false;
  if (write_done_) {
    loop_->post([done = std::exchange(write_done_, nullptr)]() mutable { done(false); });
  }
}

/// The time for all of it runs on, until whoever reads lets go.
void UpstreamCall::mark_complete() {
  complete_ = true;
  read_timer_.stop();
  if (request_done_) write_timer_.stop();
}

/// The answer is complete, so this is no failure.
void UpstreamCall::give_up_writing() {
  const auto self = shared_from_this();
  broken_ = true;
  piece_waits_ = false;
  write_timer_.stop();
  std::exchange(connection_, nullptr)->drop();
  if (write_done_) {
    loop_->post([done = std::exchange(write_done_, nullptr)]() mutable { done(false); });
  }
}

void UpstreamCall::release_connection() {
  auto connection = std::exchange(connection_, nullptr);
  write_timer_.stop();
  connection->pin(false);
  const bool reusable = request_done_ && !broken_ && parser_->keep_alive() &&
                        connection->unread().empty() && !connection->input_ended();
  if (reusable) {
    pool_->give(std::move(connection));
  } else {
    connection->drop();
  }
}

}  // namespace banyan::http
