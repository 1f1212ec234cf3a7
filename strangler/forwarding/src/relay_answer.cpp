// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/forwarding/visit.hpp"
#include "relay.hpp"

namespace banyan::strangler {
namespace {

constexpr unsigned kContinue = 100;
constexpr unsigned kSwitching = 101;

/// An answer that ends with its connection is passed on in chunks, so that its end can be told
/// from a cut on our side at least.
http::Framing framing_for_client(http::Framing framing) {
  return framing.kind == http::Framing::Kind::UntilClose ? http::Framing::chunked() : framing;
}

}  // namespace

void Relay::await_head() {
  upstream_->read_head([self = shared_from_this(), attempt = attempt_](auto head) {
    self->take([&] {
      if (attempt != self->attempt_) return;
      if (!head) return self->attempt_failed(head.error());
      self->take_head(**head);
    });
  });
}

void Relay::take_head(http::ResponseHead& head) {
  if (!http::interim(head)) return begin_answer(head);
  const bool continues = head.status == kContinue;
  inform(head);
  if (continues) let_upload_go();
  await_head();
}

void Relay::inform(http::ResponseHead& head) {
  if (exchange_->head().minor_version == 0) return;
  turn_into_our_answer(head, {});
  exchange_->inform(head);
}

void Relay::begin_answer(http::ResponseHead& head) {
  if (head.status == kSwitching) return switch_protocols(head);
  attempts_->answered(head.status);
  maybe_sent_ = true;
  if (answers_sick(head.status) &&
      goes_elsewhere({.status = head.status,
                      .endpoint = attempts_->endpoint(),
                      .message = "answered " + std::to_string(head.status)})) {
    return;
  }
  if (order_.in_place) kept_.reset();  // the answer is taken: nobody else will need the body
  answer_status_ = head.status;
  note_head(head);
  // RFC 9112 §9.6: an error that announces the connection's end is about the rest as well.
  constexpr unsigned kFirstError = 400;
  rest_refused_ = head.status >= kFirstError && head.fields.has_token("Connection", "close");
  client_came();  // what is still to come of the request holds nobody up any more
  // To HTTP/1.0 nothing goes in chunks.
  trailers_go_on_ = upstream_->framing().kind == http::Framing::Kind::Chunked &&
                    exchange_->head().minor_version > 0;
  if (trailers_go_on_) nominated_ = nominated(head.fields);
  turn_into_our_answer(head, order_.response_fields, trailers_go_on_);
  if (order_.rewriting != nullptr) {
    const std::string_view host = exchange_->head().fields.find("Host").value_or("");
    order_.rewriting->answer_for_client(head.fields, host);
  }
  if (order_.tap != nullptr) order_.tap->answer_head(head);
  // After it: what this proxy keeps of a visit is neither side's answer.
  new_cookie_said_ = say_visit(head, order_.own_cookie, order_.new_cookie);
  const http::Framing framing = framing_for_client(upstream_->framing());
  if (!upstream_->has_body() && !uploading()) return answer(head, framing, {});
  if (const auto body = upstream_->take_small_body()) return answer(head, framing, *body);
  exchange_->begin(head, framing);
  const http::Framing::Kind kind = upstream_->framing().kind;
  if (kind == http::Framing::Kind::Length) answer_left_ = upstream_->framing().length;
  if (!upstream_->has_body()) answer_left_ = 0;
  await_answer();
}

bool Relay::answers_sick(unsigned status) const {
  return order_.in_place && (status == 500 || (status >= 502 && status <= 504));
}

/// An answer that came whole goes on whole.
void Relay::answer(const http::ResponseHead& head, http::Framing framing, std::string_view body) {
  answer_left_ = body.size();
  if (order_.tap != nullptr && !body.empty()) order_.tap->answer_piece(body);
  if (!exchange_->answer(head, framing, body)) return await_client();
  answered();
}

void Relay::answered() {
  answer_bytes_ = answer_left_;
  settle(ForwardFailure::None, answer_status_, true, {});
}

/// The upstream has done its part, and the answer is the engine's.
void Relay::await_client() {
  attempts_->leave();
  writing_answer_ = true;
  exchange_->on_answered([self = shared_from_this()](bool sent) {
    self->take([&] {
      if (!sent) return self->client_gone();
      self->answered();
    });
  });
  upstream_->on_failure([weak = weak_from_this()](const http::UpstreamFailure&) {
    if (const auto self = weak.lock()) self->take([&] { self->client_too_slow(); });
  });
}

void Relay::client_too_slow() {
  settle(ForwardFailure::ClientGone, answer_status_, true,
         "the time that there is for all of it went into waiting for the client")
      ->abort();
}

void Relay::await_answer() {
  upstream_->on_failure([weak = weak_from_this()](const http::UpstreamFailure& failure) {
    if (const auto self = weak.lock()) self->take([&] { self->answer_broke_off(failure); });
  });
  await_piece();
}

/// From here on both sides speak freely: the upload brings what the client says, the answer what
/// the upstream says, until it ends.
void Relay::note_head(const http::ResponseHead& head) {
  constexpr std::string_view kEvents = "text/event-stream";
  to_head_ = exchange_->loop().now() - began_;
  stream_ = head.status == kSwitching ||
            http::begins_ignoring_case(
                head.fields.find("Content-Type").value_or(std::string_view()), kEvents);
}

void Relay::switch_protocols(http::ResponseHead& head) {
  const std::string protocol(http::asked_upgrade(exchange_->head()).value_or(""));
  const auto granted = head.fields.find("Upgrade");
  if (!granted || !http::equals_ignoring_case(*granted, protocol)) {
    return attempt_failed({http::UpstreamFailure::Kind::Protocol,
                           "grants another protocol than was asked for", false, false});
  }
  attempts_->answered(head.status);
  answer_status_ = head.status;
  note_head(head);
  turn_into_our_answer(head, order_.response_fields);
  new_cookie_said_ = say_visit(head, order_.own_cookie, order_.new_cookie);
  exchange_->switch_protocols(head, protocol);
  if (order_.on_tunnel) {
    tunnel_ = order_.on_tunnel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end_tunnel();
    });
  }
  ask_client();
  await_answer();
}

void Relay::end_tunnel() {
  if (settled()) return;
  if (!writing_answer_) return complete();
  tunnel_ends_ = true;
}

void Relay::await_piece() {
  upstream_->read_body([self = shared_from_this()](auto piece) {
    self->take([&] {
      if (!piece) return self->answer_broke_off(piece.error());
      self->take_answer_piece(*piece);
    });
  });
}

void Relay::take_answer_piece(http::BodyPiece piece) {
  if (piece.last) {
    if (piece.trailers == nullptr || !trailers_go_on_) return complete();
    return complete(trailers_to_pass_on(*piece.trailers, nominated_, order_.response_fields));
  }
  if (order_.tap != nullptr) order_.tap->answer_piece(piece.bytes);
  writing_answer_ = true;
  wait_for_client();
  exchange_->write(piece.bytes, [self = shared_from_this(), size = piece.bytes.size()](bool sent) {
    self->take([&] {
      self->writing_answer_ = false;
      self->client_came();
      if (!sent) return self->client_gone();
      self->answer_left_ -= size;
      self->answer_bytes_ += size;
      if (self->tunnel_ends_) return self->complete();
      self->await_piece();
    });
  });
}

void Relay::answer_broke_off(const http::UpstreamFailure& failure) {
  if (clients_doing(failure)) return client_too_slow();
  if (blames_instance(failure)) attempts_->failed();
  settle(ForwardFailure::Truncated, answer_status_, true, failure.message)->abort();
}

void Relay::complete(const http::Fields& trailers) {
  if (answer_left_ == 0 && uploading() && !tunnel_) return go_on_uploading();
  settle(ForwardFailure::None, answer_status_, true, {})->finish(trailers);
}

}  // namespace banyan::strangler
