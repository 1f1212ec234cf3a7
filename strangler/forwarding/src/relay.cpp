// SPDX-License-Identifier: Apache-2.0
#include "relay.hpp"

#include <optional>
#include <utility>

#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/forwarding/refuse.hpp"
#include "banyan/tracing/http_spans.hpp"
#include "failure_answer.hpp"

namespace banyan::strangler {
namespace {

constexpr std::string_view kByTls = "https";

}  // namespace

Relay::Relay(std::shared_ptr<Forwarder::Shared> shared, std::shared_ptr<http::Exchange> exchange,
             ForwardOrder order)
    : shared_(std::move(shared)),
      exchange_(std::move(exchange)),
      order_(std::move(order)),
      began_(exchange_->loop().now()),
      attempts_(std::in_place, *order_.group) {}

void Relay::run() {
  take([this] {
    exchange_->on_abort([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->client_gone();
    });
    attempt();
  });
}

http::Response Relay::own_answer(const http::Refusal& refusal) {
  http::Response answer = refusal_answer(*exchange_, refusal);
  for (const auto& field : order_.response_fields) {
    if (!answer.head.fields.contains(field.name)) answer.head.fields.add(field.name, field.value);
  }
  answer_bytes_ = answer.body.size();
  return answer;
}

void Relay::faulted() {
  if (settled()) return;
  const bool begun = answer_status_ != 0;
  if (!begun) attempts_->forgo();
  const http::Refusal refusal = fault_answer();
  const auto exchange =
      settle(ForwardFailure::Fault, begun ? answer_status_ : refusal.status, begun, {});
  if (begun) return exchange->abort();
  refuse(*exchange, refusal);
}

std::string Relay::upstream_name() const {
  const http::Endpoint& endpoint = attempts_->endpoint();
  return http::is_unix(endpoint) ? "localhost" : to_string(endpoint);
}

void Relay::attempt() {
  const auto body = body_to_come();
  const auto begun =
      attempts_->begin(body, body == upstream::Group::Body::Comes ? uploader() : std::string());
  if (begun != upstream::Attempts::Begun::Yes) return refuse_unasked(begun);
  ++attempt_;
  attempt_began_ = exchange_->loop().now();
  client_time_before_ = client_time_;
  const std::string upstream = exchange_->head().fields.contains("Host") ? "" : upstream_name();
  const http::Endpoint& peer = exchange_->peer();
  std::string moved;
  std::string destination;
  std::string_view prefix;
  if (order_.rewriting != nullptr) {
    const http::RequestHead& head = exchange_->head();
    if (order_.rewriting->moves_paths()) moved = order_.rewriting->target_for_upstream(head.target);
    destination = order_.rewriting->destination_for_upstream(head);
    prefix = order_.rewriting->prefix();
  }
  if (order_.span != nullptr) {
    attempt_span_ = tracing::begin_client_span(*order_.span, exchange_->head().method,
                                               attempts_->endpoint(), attempts_->made() - 1);
  }
  // One that is not for export would be a parent that nobody has: what came goes on as it came.
  const bool named = attempt_span_.sampled();
  const std::string traceparent = named ? attempt_span_.traceparent() : std::string();
  const Hop hop{.peer = http::is_unix(peer) ? std::string_view() : peer.host,
                .target = moved,
                .peer_trusted = shared_->options.trusted_peers.contains(peer.host),
                .client_words = &shared_->options.client_words,
                .withheld = order_.withheld,
                .own_cookie = order_.own_cookie,
                .prefix = prefix,
                .destination = destination,
                .proto = exchange_->tls() ? kByTls : std::string_view(shared_->options.proto),
                .via = shared_->options.via,
                .request_id = exchange_->id(),
                .upstream = upstream,
                .upgrade = http::asked_upgrade(exchange_->head()),
                .chunked = exchange_->framing().kind == http::Framing::Kind::Chunked,
                .routing = order_.routing,
                .traceparent = traceparent,
                .tracestate = named ? attempt_span_.tracestate() : std::string_view()};
  upstream_ = order_.group->connections().start(exchange_->loop(), attempts_->endpoint(),
                                                {.framing = exchange_->framing(),
                                                 .safe_to_repeat = order_.safe_to_repeat,
                                                 .may_upgrade = hop.upgrade.has_value(),
                                                 .deadline = order_.deadline},
                                                [this, &hop](http::HeadWriter& head) {
                                                  write_request_head(exchange_->head(), hop,
                                                                     order_.request_fields, head);
                                                });
  await_head();
  begin_upload();
}

void Relay::client_came() {
  if (client_since_) client_time_ += exchange_->loop().now() - *client_since_;
  client_since_.reset();
}

bool Relay::clients_doing(const http::UpstreamFailure& failure) const {
  if (failure.kind != http::UpstreamFailure::Kind::Deadline) return false;
  return client_since_ || client_time_ * 2 > exchange_->loop().now() - began_;
}

bool Relay::blames_instance(const http::UpstreamFailure& failure) const {
  using Kind = http::UpstreamFailure::Kind;
  if (failure.kind == Kind::Request || failure.kind == Kind::Fault ||
      failure.kind == Kind::NoSocket || failure.kind == Kind::TooLarge) {
    return false;
  }
  if (failure.stale || clients_doing(failure)) return false;
  if (failure.kind != Kind::Deadline) return true;
  const SteadyTime now = exchange_->loop().now();
  const auto instances = now - attempt_began_ - (client_time_ - client_time_before_);
  return instances * 2 >= now - began_;
}

void Relay::attempt_failed(const http::UpstreamFailure& failure) {
  maybe_sent_ = maybe_sent_ || !failure.provably_unsent;
  if (blames_instance(failure)) {
    attempts_->failed();
  } else {
    attempts_->forgo();
  }
  if (may_try_again(failure)) {
    tracing::failed(attempt_span_, to_string(failure.kind), failure.message);
    attempt_span_.finish();
    failed_attempt_ = {.endpoint = attempts_->endpoint(),
                       .failure = to_string(failure.kind),
                       .message = failure.message,
                       .began = attempt_began_ - began_,
                       .ended = exchange_->loop().now() - began_};
    return attempt();
  }
  give_up(failure);
}

bool Relay::may_try_again(const http::UpstreamFailure& failure) {
  using Kind = http::UpstreamFailure::Kind;
  const bool worth_it = failure.kind == Kind::Connect || failure.kind == Kind::Closed ||
                        (failure.kind == Kind::Timeout && failure.provably_unsent);
  return worth_it && upload_repeatable() &&
         attempts_->may_go_on(failure.provably_unsent, order_.safe_to_repeat);
}

void Relay::give_up(http::UpstreamFailure failure) {
  // The last attempt speaks for itself only: an earlier one may have brought the request there.
  failure.provably_unsent = !maybe_sent_;
  const bool client = clients_doing(failure);
  const ForwardFailure what = client ? ForwardFailure::BadRequest : failure_of(failure);
  // What is wrong with the request, or with this process, another side does no better.
  const bool may_do_better = !is_clients_doing(what) && what != ForwardFailure::Fault;
  if (may_do_better && goes_elsewhere({.failure = what,
                                       .provably_unsent = failure.provably_unsent,
                                       .endpoint = attempts_->endpoint(),
                                       .message = failure.message})) {
    return;
  }
  const http::Refusal refusal =
      client ? too_slow_answer() : answer_to(failure, order_.group->name());
  http::Response answer = own_answer(refusal);
  settle(what, refusal.status, false, failure.message)->respond(std::move(answer));
}

void Relay::refuse_unasked(upstream::Attempts::Begun why) {
  const bool open = why == upstream::Attempts::Begun::Open;
  const std::string& group = order_.group->name();
  const http::Refusal refusal =
      open ? open_answer(group, !maybe_sent_) : overload_answer(group, !maybe_sent_);
  const auto failure = open ? ForwardFailure::CircuitOpen : ForwardFailure::Overloaded;
  if (goes_elsewhere({.failure = failure,
                      .provably_unsent = !maybe_sent_,
                      .endpoint = {},
                      .message = refusal.message})) {
    return;
  }
  http::Response answer = own_answer(refusal);
  settle(failure, refusal.status, false, refusal.message)->respond(std::move(answer));
}

bool Relay::goes_elsewhere(SideFailure failure) {
  if (!order_.in_place || answer_status_ != 0) return false;
  failure.request_kept = upload_repeatable() || kept_.has_value();
  failure.request_whole = request_whole();
  if (order_.deadline && exchange_->loop().now() >= *order_.deadline) return false;
  failure.side = order_.side;
  failure.attempts = attempts_->made();
  failure.took = exchange_->loop().now() - began_;
  auto other = std::exchange(order_.in_place, {})(failure);
  if (!other || !failure.request_kept) return false;
  go_elsewhere(std::move(*other), std::move(failure));
  return true;
}

void Relay::go_elsewhere(OtherSide other, SideFailure failure) {
  if (attempt_span_.recording()) {
    if (failure.failure == ForwardFailure::None) tracing::answered(attempt_span_, failure.status);
    note_failure(attempt_span_, failure.failure, failure.message);
    attempt_span_.finish();
  }
  if (const auto upstream = std::exchange(upstream_, nullptr)) upstream->cancel();
  attempts_->end();
  if (other.group == nullptr) {
    exchange_ = nullptr;  // what is due on it finds this settled
    if (attempt_ == 0) return other.answer(std::move(failure), std::nullopt);
    return other.answer(std::move(failure), std::move(kept_).value_or(std::string()));
  }
  order_.group = std::move(other.group);
  order_.side = other.side;
  order_.rewriting = other.rewriting;
  order_.request_fields = std::move(other.request_fields);
  order_.response_fields = std::move(other.response_fields);
  order_.routing = other.routing;
  in_place_of_ = std::move(failure);
  failed_attempt_.reset();
  attempts_.emplace(*order_.group);
  attempt();
}

void Relay::client_gone() {
  if (settled()) return;
  const bool took_all = answer_status_ != 0 && answer_left_ == 0 && !writing_answer_;
  if (answer_through_) return upload_over();
  if (took_all) return;  // the end of the answer is on its way here
  // An answer that began has spoken for the instance already.
  attempts_->forgo();
  settle(ForwardFailure::ClientGone, answer_status_, answer_status_ != 0, "the client went away");
}

std::shared_ptr<http::Exchange> Relay::settle(ForwardFailure failure, unsigned status,
                                              bool from_upstream, std::string message) {
  // Kept to the end: what is due on them may hold the last reference to this.
  const auto self = shared_from_this();
  auto exchange = std::exchange(exchange_, nullptr);
  const auto upstream = std::exchange(upstream_, nullptr);
  if (upstream && (failure != ForwardFailure::None || upload_ != Upload::Done)) upstream->cancel();
  tunnel_ = nullptr;
  attempts_->end();
  if (attempt_span_.recording()) {
    if (from_upstream) tracing::answered(attempt_span_, status);
    note_failure(attempt_span_, failure, message);
    attempt_span_.finish();
  }
  if (!order_.done) return exchange;
  order_.done(Outcome{.side = order_.side,
                      .endpoint = attempts_->endpoint(),
                      .status = status,
                      .from_upstream = from_upstream,
                      .failure = failure,
                      .message = std::move(message),
                      .attempts = attempts_->made(),
                      .failed_attempt = std::move(failed_attempt_),
                      .answer_bytes = answer_bytes_,
                      .took = exchange->loop().now() - began_,
                      .to_head = to_head_,
                      .stream = stream_,
                      .new_cookie = new_cookie_said_,
                      .in_place_of = std::move(in_place_of_)});
  return exchange;
}

}  // namespace banyan::strangler
