// SPDX-License-Identifier: Apache-2.0
#include "copy_run.hpp"

#include <utility>

#include "banyan/tracing/http_spans.hpp"
#include "failure_answer.hpp"

namespace banyan::strangler {
namespace {

constexpr unsigned kSwitchedProtocols = 101;

CopyFailure::Kind kind_of(http::UpstreamFailure::Kind kind) {
  using Kind = http::UpstreamFailure::Kind;
  switch (kind) {
    case Kind::Connect: return CopyFailure::Kind::Unreachable;
    case Kind::Timeout:
    case Kind::Deadline: return CopyFailure::Kind::Timeout;
    case Kind::Closed: return CopyFailure::Kind::Closed;
    case Kind::Protocol: return CopyFailure::Kind::Protocol;
    case Kind::TooLarge: return CopyFailure::Kind::TooLarge;
    case Kind::NoSocket: return CopyFailure::Kind::Full;
    case Kind::Request:
    case Kind::Cancelled:
    case Kind::Fault: break;
  }
  return CopyFailure::Kind::Fault;
}

/// Whether a connection was made, as far as that can be told.
std::optional<bool> was_reached(const http::UpstreamFailure& failure) {
  using Kind = http::UpstreamFailure::Kind;
  switch (failure.kind) {
    case Kind::Connect: return false;
    case Kind::Timeout:
    case Kind::Deadline: return !failure.provably_unsent;
    case Kind::Closed:
    case Kind::Protocol:
    case Kind::TooLarge: return true;
    case Kind::NoSocket:
    case Kind::Request:
    case Kind::Cancelled:
    case Kind::Fault: break;
  }
  return std::nullopt;
}

CopyFailure::Kind kind_of(upstream::Group::NoSpare why) {
  switch (why) {
    case upstream::Group::NoSpare::Unwell: return CopyFailure::Kind::Unwell;
    case upstream::Group::NoSpare::Paused: return CopyFailure::Kind::Paused;
    case upstream::Group::NoSpare::Full: break;
  }
  return CopyFailure::Kind::Full;
}

bool is_event_stream(const http::ResponseHead& head) {
  return http::begins_ignoring_case(head.fields.find("Content-Type").value_or(std::string_view()),
                                    "text/event-stream");
}

}  // namespace

std::string_view to_string(CopyFailure::Kind kind) {
  switch (kind) {
    case CopyFailure::Kind::Unwell: return "upstream_unwell";
    case CopyFailure::Kind::Paused: return "upstream_paused";
    case CopyFailure::Kind::Full: return "upstream_full";
    case CopyFailure::Kind::TooLarge: return "answer_too_large";
    case CopyFailure::Kind::Stream: return "stream";
    case CopyFailure::Kind::Unreachable: return "unreachable";
    case CopyFailure::Kind::Timeout: return "timeout";
    case CopyFailure::Kind::Closed: return "closed";
    case CopyFailure::Kind::Protocol: return "protocol";
    case CopyFailure::Kind::Fault: return "fault";
  }
  return "fault";
}

bool is_failure(CopyFailure::Kind kind) { return kind >= CopyFailure::Kind::Unreachable; }

std::expected<SparePlace, CopyFailure::Kind> SparePlace::take(upstream::Group& group) {
  const auto spare = group.pick_spare();
  if (!spare) return std::unexpected(kind_of(spare.error()));
  return SparePlace(group, *spare);
}

SparePlace::~SparePlace() {
  if (group_ != nullptr) group_->release(spare_.instance);
}

CopyRun::CopyRun(std::shared_ptr<Forwarder::Shared> shared, http::Loop& loop, CopyOrder order)
    : shared_(std::move(shared)), loop_(loop), order_(std::move(order)), began_(loop.now()) {}

template <class Step>
void CopyRun::take(Step step) {
  if (over()) return;
  try {
    return step();
  } catch (const std::exception& exception) {
    loop_.fault(exception.what());
  }
  fail(CopyFailure{CopyFailure::Kind::Fault, "a fault of this process; its log has the cause"});
}

void CopyRun::run() {
  take([this] {
    auto place = SparePlace::take(*order_.group);
    if (!place) return fail(CopyFailure{place.error()});
    place_.emplace(std::move(*place));
    send();
  });
}

void CopyRun::send() {
  const http::RequestHead& head = order_.request->head;
  const http::Endpoint& to = place_->endpoint();
  answer_.endpoint = to;
  std::string moved;
  std::string_view prefix;
  if (order_.rewriting != nullptr) {
    if (order_.rewriting->moves_paths()) moved = order_.rewriting->target_for_upstream(head.target);
    prefix = order_.rewriting->prefix();
  }
  const std::string upstream = head.fields.contains("Host") ? ""
                               : http::is_unix(to)          ? "localhost"
                                                            : to_string(to);
  const bool named = order_.span.sampled();
  const std::string traceparent = named ? order_.span.traceparent() : std::string();
  const Hop hop{
      .peer = http::is_unix(order_.peer) ? std::string_view() : std::string_view(order_.peer.host),
      .target = moved,
      .peer_trusted = shared_->options.trusted_peers.contains(order_.peer.host),
      .client_words = &shared_->options.client_words,
      .withheld = order_.withheld,
      .prefix = prefix,
      .proto = order_.by_tls ? std::string_view("https") : std::string_view(shared_->options.proto),
      .via = shared_->options.via,
      .request_id = order_.request_id,
      .upstream = upstream,
      .routing = order_.routing,
      .traceparent = traceparent,
      .tracestate = named ? order_.span.tracestate() : std::string_view()};
  const std::string& body = order_.request->body;
  upstream_ = order_.group->connections().start(
      loop_, to,
      {.framing = body.empty() ? http::Framing::none() : http::Framing::of_length(body.size()),
       .safe_to_repeat = true,
       .deadline = order_.deadline},
      [&](http::HeadWriter& out) { write_request_head(head, hop, order_.request_fields, out); });
  if (order_.sent) order_.sent();
  await_head();
  if (!body.empty()) send_body();
}

void CopyRun::send_body() {
  upstream_->write(order_.request->body, [self = shared_from_this()](bool sent) {
    // An upstream that takes no more may still answer.
    if (sent) self->take([&] { self->upstream_->finish(); });
  });
}

void CopyRun::await_head() {
  upstream_->read_head([self = shared_from_this()](auto head) {
    self->take([&] {
      if (!head) return self->fail(head.error());
      if (http::interim(**head)) return self->await_head();
      self->take_head(**head);
    });
  });
}

void CopyRun::take_head(http::ResponseHead& head) {
  place_->reached();
  if (head.status == kSwitchedProtocols || is_event_stream(head)) {
    return fail(CopyFailure{CopyFailure::Kind::Stream});
  }
  turn_into_our_answer(head, {});
  if (order_.rewriting != nullptr) {
    const std::string_view host = order_.request->head.fields.find("Host").value_or("");
    order_.rewriting->answer_for_client(head.fields, host);
  }
  answer_.response.head = head;
  if (!upstream_->has_body()) return finish();
  if (const auto body = upstream_->take_small_body()) {
    if (order_.room && !order_.room(body->size())) {
      return fail(CopyFailure{CopyFailure::Kind::TooLarge});
    }
    answer_.response.body = *body;
    return finish();
  }
  await_piece();
}

void CopyRun::await_piece() {
  upstream_->read_body([self = shared_from_this()](auto piece) {
    self->take([&] {
      if (!piece) return self->fail(piece.error());
      self->take_piece(*piece);
    });
  });
}

void CopyRun::take_piece(http::BodyPiece piece) {
  if (piece.last) return finish();
  if (order_.room && !order_.room(piece.bytes.size())) {
    return fail(CopyFailure{CopyFailure::Kind::TooLarge});
  }
  answer_.response.body += piece.bytes;
  await_piece();
}

void CopyRun::fail(const http::UpstreamFailure& failure) {
  if (const auto reached = was_reached(failure)) {
    if (*reached) {
      place_->reached();
    } else {
      place_->not_reached();
    }
  }
  fail(CopyFailure{kind_of(failure.kind), failure.message});
}

void CopyRun::fail(CopyFailure failure) {
  const auto self = shared_from_this();
  if (const auto upstream = std::exchange(upstream_, nullptr)) upstream->cancel();
  place_.reset();
  if (order_.span.recording()) {
    tracing::failed(order_.span, to_string(failure.kind), failure.message);
    order_.span.finish();
  }
  if (auto done = std::exchange(order_.done, {})) done(std::unexpected(std::move(failure)));
}

void CopyRun::finish() {
  const auto self = shared_from_this();
  upstream_ = nullptr;
  place_.reset();
  answer_.took = loop_.now() - began_;
  if (order_.span.recording()) {
    tracing::answered(order_.span, answer_.response.head.status);
    order_.span.finish();
  }
  if (auto done = std::exchange(order_.done, {})) done(std::move(answer_));
}

}  // namespace banyan::strangler
