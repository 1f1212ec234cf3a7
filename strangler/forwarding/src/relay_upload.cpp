// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <utility>

#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/ip_address.hpp"
#include "relay.hpp"

namespace banyan::strangler {
namespace {

/// A client that asked for 100 (Continue) gets it when the upstream says so; an upstream that has
/// never heard of it says nothing, and then the body is sent anyway (RFC 9110 §10.1.1).
constexpr std::chrono::milliseconds kPatience{1'000};

/// Of a request's body, for another side.
constexpr std::size_t kMostKept = std::size_t{64} * 1024;

/// What the engine calls a client that went away inside its request.
constexpr std::string_view kClientCut = "http.cut";

bool expects_continue(const http::RequestHead& head) {
  return head.minor_version > 0 && head.fields.has_token("Expect", "100-continue");
}

}  // namespace

upstream::Group::Body Relay::body_to_come() const {
  const bool read = pieces_asked_for_ != 0 && upload_ == Upload::Done;
  return read || exchange_->body_is_here() ? upstream::Group::Body::None
                                           : upstream::Group::Body::Comes;
}

std::string Relay::uploader() const {
  const TrustedPeers& trusted = shared_->options.trusted_peers;
  const auto address = http::IpAddress::parse(
      client_address(exchange_->head().fields, exchange_->peer().host, trusted));
  // Behind a trusted peer that does not say who asks, and behind a Unix socket, may be many.
  return address && !trusted.contains(*address) ? household_of(*address) : std::string();
}

void Relay::begin_upload() {
  if (exchange_->framing().kind == http::Framing::Kind::None) return;
  if (attempt_ == 1) {
    if (order_.in_place) kept_.emplace();
    return expects_continue(exchange_->head()) ? hold_upload() : ask_client();
  }
  // Again: what was read is still in hand, or still to come.
  if (kept_ && !kept_->empty() && !order_.in_place) return resend();
  if (upload_ == Upload::Done) return upstream_->finish(upload_trailers_);
  if (upload_ == Upload::Writing || upload_ == Upload::Refused) pass_piece_on();
}

void Relay::resend() {
  resending_ = true;
  upstream_->write(*kept_, [self = shared_from_this(), attempt = attempt_](bool sent) {
    self->take([&] {
      if (attempt == self->attempt_) self->resent(sent);
    });
  });
}

void Relay::resent(bool sent) {
  resending_ = false;
  if (!sent) {
    upload_ = Upload::Refused;  // its answer decides
  } else if (upload_ == Upload::Done) {
    upstream_->finish(upload_trailers_);
  } else if (std::exchange(piece_waits_, false)) {
    pass_piece_on();
  } else if (upload_ != Upload::Reading) {
    ask_client();
  }
}

void Relay::keep(std::string_view bytes) {
  if (!kept_ || !order_.in_place) return;
  if (kept_->size() + bytes.size() > kMostKept) return kept_.reset();
  kept_->append(bytes);
}

void Relay::hold_upload() {
  upload_ = Upload::Held;
  exchange_->loop().after(kPatience, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->take([&] { self->let_upload_go(); });
  });
}

void Relay::let_upload_go() {
  if (!settled() && upload_ == Upload::Held && answer_status_ == 0) ask_client();
}

void Relay::ask_client() {
  upload_ = Upload::Reading;
  ++pieces_asked_for_;
  if (answer_status_ == 0) wait_for_client();
  exchange_->read_body([self = shared_from_this()](auto piece) {
    self->take([&] {
      if (!piece) return self->upload_refused(piece.error());
      self->take_piece(*piece);
    });
  });
}

void Relay::take_piece(http::BodyPiece piece) {
  if (answer_status_ == 0) client_came();
  if (piece.last) {
    upload_ = Upload::Done;
    attempts_->uploaded();
    if (piece.trailers != nullptr) {
      upload_trailers_ = trailers_to_pass_on(*piece.trailers, nominated(exchange_->head().fields),
                                             order_.request_fields, shared_->options.client_words,
                                             order_.withheld);
    }
    if (!resending_) upstream_->finish(upload_trailers_);
    if (answer_through_) upload_over();
    return;
  }
  piece_ = piece.bytes;
  keep(piece_);
  if (order_.tap != nullptr) order_.tap->request_piece(piece_);
  if (resending_) {
    piece_waits_ = true;
    return;
  }
  pass_piece_on();
}

void Relay::pass_piece_on() {
  upload_ = Upload::Writing;
  upstream_->write(piece_, [self = shared_from_this(), attempt = attempt_](bool sent) {
    self->take([&] {
      if (attempt != self->attempt_) return;
      if (sent) return self->ask_client();
      self->upload_ = Upload::Refused;
      if (self->answer_through_) self->upload_over();
    });
  });
}

/// RFC 9112 §9.3: an answer does not end the request, and an upstream that answers first may read
/// the rest all the same. The client has the last byte of an answer with a length; its end is said
/// when the upload has ended too.
void Relay::go_on_uploading() { answer_through_ = true; }

void Relay::upload_over() {
  answer_through_ = false;
  settle(ForwardFailure::None, answer_status_, true, {})->finish();
}

void Relay::upload_refused(const http::Refusal& refusal) {
  if (refusal.name == kClientCut) return client_gone();
  attempts_->forgo();
  const bool begun = answer_status_ != 0;
  http::Response answer = begun ? http::Response() : own_answer(refusal);
  const auto exchange = settle(ForwardFailure::BadRequest, begun ? answer_status_ : refusal.status,
                               begun, refusal.message);
  if (!begun) exchange->respond(std::move(answer));
}

}  // namespace banyan::strangler
