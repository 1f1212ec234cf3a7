// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "banyan/http/problem.hpp"
#include "connection.hpp"

namespace banyan::http {

void Connection::send_answer_head(const ResponseHead& head, Framing framing, bool close_after) {
  const bool ends = close_after || serving_->draining || serving_->graceful_drain.due(this) ||
                    framing.kind == Framing::Kind::UntilClose ||
                    (input_ended() && unread().empty());
  if (ends && afterwards_ == Afterwards::NextRequest) afterwards_ = Afterwards::Close;
  const Persistence persistence = afterwards_ != Afterwards::NextRequest ? Persistence::Close
                                  : old_client_                          ? Persistence::SayKeepAlive
                                                                         : Persistence::KeepAlive;
  const Http1Answer::Terms terms{persistence, to_head_, loop().date(), id_};
  if (const auto begun = answer_.begin(head, framing, terms, outgoing()); !begun) {
    serving_->fault(begun.error().message);
    send_problem({500, "http.unsendable", "the answer is malformed"});
  }
}

/// In place of an answer that cannot be sent; nothing of a problem can be unsendable.
void Connection::send_problem(const Refusal& refusal) {
  const Response problem = problem_of(refusal);
  afterwards_ = Afterwards::Close;
  answer_
      .begin(problem.head, Framing::of_length(problem.body.size()),
             {Persistence::Close, to_head_, loop().date(), id_}, outgoing())
      .value();
  answer_body_ = problem.body;
  answer_state_ = AnswerState::Finishing;
}

void Connection::respond(std::uint64_t number, Response response) {
  if (!answer_open(number)) return;
  answer_state_ = AnswerState::Finishing;
  answer_body_ = std::move(response.body);
  // A small rest of the request is most often here already.
  while (body_ == Body::Coming && !read_done_ && !collect_done_) {
    const Step step = parser().step(unread());
    consume(step.consumed);
    if (step.kind == Step::Kind::End) note_body(Body::Whole);
    if (step.kind == Step::Kind::NeedMore || step.kind == Step::Kind::Refused) break;
  }
  const unsigned status = response.head.status;
  const bool bare = status < 200 || status == 204 || status == 304;
  if (bare) answer_body_.clear();
  const Framing framing = bare ? Framing::none() : Framing::of_length(answer_body_.size());
  send_answer_head(response.head, framing, !body_is_whole());
  if (!answer_.has_body()) answer_body_.clear();
  flush();
}

void Connection::inform(std::uint64_t number, const ResponseHead& head) {
  if (!answer_open(number) || old_client_ || head.status >= 200 || head.status == 101) return;
  if (!Http1Answer::inform(head, outgoing())) return;
  if (head.status == 100 && body_ == Body::AwaitsContinue) note_body(Body::Coming);
  flush();
}

void Connection::begin_answer(const ResponseHead& head, Framing framing) {
  answer_state_ = AnswerState::Begun;
  send_answer_head(head, Http1Answer::for_client(framing, old_client_),
                   body_ == Body::AwaitsContinue);
}

void Connection::begin(std::uint64_t number, const ResponseHead& head, Framing framing) {
  if (!answer_open(number)) return;
  begin_answer(head, framing);
  if (answer_state_ == AnswerState::Finishing) return flush();
  // Two turns, so that a first piece which is at hand goes in the same packet.
  turns_before_flush_ = 2;
  call_soon();
}

bool Connection::answer(std::uint64_t number, const ResponseHead& head, Framing framing,
                        std::string_view body) {
  if (!answer_open(number)) return false;
  begin_answer(head, framing);
  if (answer_state_ == AnswerState::Begun) {
    answer_state_ = AnswerState::Finishing;
    answer_body_.clear();
    if (answer_.has_body()) outgoing().append(body);
  }
  flush();
  return answer_whole();
}

void Connection::on_answered(std::uint64_t number, Exchange::WriteDone done) {
  if (current(number)) {
    write_done_ = std::move(done);
  } else {
    later([done = std::move(done)]() mutable { done(false); });
  }
}

void Connection::on_soon() {
  if (turns_before_flush_ == 0 || phase_ != Phase::Exchange) return;
  if (--turns_before_flush_ != 0) return call_soon();
  flush();
}

void Connection::switch_protocols(std::uint64_t number, const ResponseHead& head,
                                  std::string_view protocol) {
  if (!answer_open(number) || !body_is_whole()) return;
  if (!answer_.begin_tunnel(head, protocol, id_, outgoing())) {
    return respond(number, problem_of({500, "http.unsendable", "the answer is malformed"}));
  }
  answer_state_ = AnswerState::Begun;
  afterwards_ = Afterwards::Close;
  note_body(Body::Tunnel);
  parser().switch_protocols();
  flush();
}

void Connection::write(std::uint64_t number, std::string_view bytes, Exchange::WriteDone done) {
  if (!current(number) || answer_state_ != AnswerState::Begun || write_done_) {
    return later([done = std::move(done)]() mutable { done(false); });
  }
  switch (answer_.take(bytes.size())) {
    case Http1Answer::Piece::Sent: break;
    case Http1Answer::Piece::Dropped:
      return later([done = std::move(done)]() mutable { done(true); });
    case Http1Answer::Piece::TooMuch:
      serving_->fault("the application wrote more bytes than its answer announced; cut");
      abort(number);
      return later([done = std::move(done)]() mutable { done(false); });
  }
  write_done_ = std::move(done);
  if (sending()) {
    // The head is still on its way: this piece follows it.
    answer_piece_ = bytes;
    return;
  }
  send_piece(bytes);
}

void Connection::send_piece(std::string_view bytes) {
  answer_.begin_piece(bytes.size(), outgoing());
  write_timer_.set(serving_->options.write_timeout);
  send(bytes, answer_.piece_end());
}

void Connection::finish(std::uint64_t number, const Fields& trailers) {
  if (!current(number) || answer_state_ != AnswerState::Begun) return;
  answer_body_.clear();
  switch (answer_.end(trailers, answer_body_)) {
    case Http1Answer::End::Whole: break;
    case Http1Answer::End::Short:
      serving_->fault("the application wrote fewer bytes than its answer announced; cut");
      return abort(number);
    case Http1Answer::End::BadTrailer:
      serving_->fault("the application gave a trailer that cannot be sent; cut");
      return abort(number);
  }
  answer_state_ = AnswerState::Finishing;
  flush();
}

void Connection::fail(std::uint64_t number, const Refusal& refusal) {
  if (!current(number) || answer_said()) return;
  if (answer_state_ == AnswerState::Begun) return abort(number);
  respond(number, problem_of(refusal));
}

void Connection::abort(std::uint64_t number) {
  if (!current(number) || answer_whole()) return;
  const auto self = shared_from_this();
  reset();
  gone();
}

void Connection::on_abort(std::uint64_t number, Exchange::AbortDone done) {
  if (current(number) && answer_state_ != AnswerState::Sent) {
    abort_done_ = std::move(done);
  } else if (number == aborted_) {
    later([done = std::move(done)]() mutable { done(); });
  }
}

void Connection::dropped(std::uint64_t number) {
  if (!current(number)) return;
  // By an exception, perhaps: that says more.
  if (upcall_ == Upcall::Handler) {
    upcall_ = Upcall::HandlerLetGo;
    return;
  }
  if (answer_said() || upcall_ == Upcall::RefusedReader) return;
  serving_->fault("the application dropped a request without an answer");
  fail(number, {500, "http.no_answer", "the request was given up"});
}

void Connection::flush() {
  if (sending() || !open()) return;
  const bool last = answer_state_ == AnswerState::Finishing && phase_ == Phase::Exchange;
  if (!has_outgoing() && !(last && !answer_body_.empty())) {
    if (last) complete();
    return;
  }
  write_timer_.set(serving_->options.write_timeout);
  if (last) answer_state_ = AnswerState::Sent;
  send(last ? std::string_view(answer_body_) : std::string_view(), {},
       last && afterwards_ != Afterwards::NextRequest ? Then::End : Then::Nothing);
}

void Connection::on_send_progress() { write_timer_.set(serving_->options.write_timeout); }

void Connection::on_sent() {
  write_timer_.clear();
  if (phase_ != Phase::Exchange) return;
  if (answer_state_ == AnswerState::Sent) return complete();
  if (!answer_piece_.empty()) return send_piece(std::exchange(answer_piece_, {}));
  if (in_tunnel() && (read_done_ || body_is_whole())) {
    read_timer_.set(serving_->options.tunnel_timeout);
  }
  // What answer() has left is still to be sent, behind an interim answer.
  if (answer_state_ != AnswerState::Finishing) {
    if (Exchange::WriteDone done = std::exchange(write_done_, nullptr)) call([&] { done(true); });
  }
  if (open() && phase_ == Phase::Exchange && !sending()) flush();
}

}  // namespace banyan::http
