// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "connection.hpp"
#include "http/serializer.hpp"

namespace banyan::http {

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
    const Step step = parser().step(unread());
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

void Connection::begin_answer(const ResponseHead& head, Framing framing) {
  answer_ = Answer::Begun;
  if (framing.kind == Framing::Kind::Chunked && old_client_) framing = Framing::until_close();
  send_answer_head(head, framing, continue_wanted_);
}

void Connection::begin(std::uint64_t number, const ResponseHead& head, Framing framing) {
  if (!answer_open(number)) return;
  begin_answer(head, framing);
  if (answer_ == Answer::Finishing) return flush();
  // Two turns, so that a first piece which is at hand goes in the same packet.
  turns_before_flush_ = 2;
  call_soon();
}

bool Connection::answer(std::uint64_t number, const ResponseHead& head, Framing framing,
                        std::string_view body) {
  if (!answer_open(number)) return false;
  begin_answer(head, framing);
  if (answer_ == Answer::Begun) {
    answer_ = Answer::Finishing;
    answer_body_.clear();
    if (answer_has_body_) outgoing().append(body);
  }
  flush();
  return answer_ == Answer::Sent && with_the_kernel();
}

void Connection::on_answered(std::uint64_t number, Exchange::WriteDone done) {
  if (current(number)) {
    write_done_ = std::move(done);
  } else {
    later([done = std::move(done)]() mutable { done(false); });
  }
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
  parser().switch_protocols();
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
  const bool whole = answer_ == Answer::Sent && with_the_kernel();
  if (!current(number) || whole) return;
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
  // By an exception, perhaps: that says more.
  if (handling_) {
    dropped_ = true;
    return;
  }
  if (!current(number) || answer_ == Answer::Finishing || answer_ == Answer::Sent) return;
  if (refusing_) return;
  serving_->fault("the application dropped a request without an answer");
  fail(number, {500, "http.no_answer", "the request was given up"});
}

void Connection::flush() {
  if (sending() || !open()) return;
  const bool last = answer_ == Answer::Finishing && state_ == State::Handling;
  if (!has_outgoing() && !(last && !answer_body_.empty())) {
    if (last) complete();
    return;
  }
  write_timer_.set(serving_->options.write_timeout);
  if (last) answer_ = Answer::Sent;
  send(last ? std::string_view(answer_body_) : std::string_view(), {},
       last && close_after_ ? Then::End : Then::Nothing);
}

void Connection::on_send_progress() { write_timer_.set(serving_->options.write_timeout); }

void Connection::on_sent() {
  write_timer_.clear();
  if (state_ != State::Handling) return;
  if (answer_ == Answer::Sent) return complete();
  if (!answer_piece_.empty()) return send_piece(std::exchange(answer_piece_, {}));
  if (tunnel_ && (read_done_ || body_done_)) read_timer_.set(serving_->options.tunnel_timeout);
  // What answer() has left is still to be sent, behind an interim answer.
  if (answer_ != Answer::Finishing) {
    if (Exchange::WriteDone done = std::exchange(write_done_, nullptr)) call([&] { done(true); });
  }
  if (open() && state_ == State::Handling && !sending()) flush();
}

}  // namespace banyan::http
