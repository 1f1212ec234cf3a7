// SPDX-License-Identifier: Apache-2.0
#include "relay.hpp"

#include <optional>
#include <utility>

#include "failure_answer.hpp"
#include "forwarding/forwarded_head.hpp"
#include "forwarding/refuse.hpp"

namespace banyan::strangler {
namespace {

constexpr unsigned kMaxAttempts = 2;
constexpr std::string_view kByTls = "https";

}  // namespace

Relay::Relay(std::shared_ptr<Forwarder::Shared> shared, std::shared_ptr<http::Exchange> exchange,
             ForwardOrder order)
    : shared_(std::move(shared)),
      exchange_(std::move(exchange)),
      order_(std::move(order)),
      began_(exchange_->loop().now()) {}

void Relay::run() {
  take([this] {
    exchange_->on_abort([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->client_gone();
    });
    attempt();
  });
}

void Relay::faulted() {
  if (settled()) return;
  const bool begun = answer_status_ != 0;
  if (!begun && order_.group) order_.group->forgo(instance_);
  const http::Refusal refusal = fault_answer();
  const auto exchange =
      settle(ForwardFailure::Fault, begun ? answer_status_ : refusal.status, begun, {});
  if (begun) return exchange->abort();
  refuse(*exchange, refusal);
}

std::string Relay::upstream_name() const {
  const http::Endpoint& endpoint = order_.group->endpoint(instance_);
  return http::is_unix(endpoint) ? "localhost" : to_string(endpoint);
}

void Relay::attempt() {
  const std::optional<std::size_t> failed_one =
      attempts_ == 0 ? std::nullopt : std::optional(instance_);
  seat_.leave();
  const std::optional<std::size_t> picked = order_.group->pick(failed_one);
  if (!picked) return refuse_for_want_of_room();
  instance_ = *picked;
  seat_ = Seat(*order_.group, instance_);
  ++attempts_;
  attempt_began_ = exchange_->loop().now();
  client_time_before_ = client_time_;
  const std::string upstream = exchange_->head().fields.contains("Host") ? "" : upstream_name();
  const http::Endpoint& peer = exchange_->peer();
  std::string moved;
  if (order_.rewriting != nullptr && order_.rewriting->moves_paths()) {
    moved = order_.rewriting->target_for_upstream(exchange_->head().target);
  }
  const Hop hop{.peer = http::is_unix(peer) ? std::string_view() : peer.host,
                .target = moved,
                .peer_trusted = shared_->options.trusted_peers.contains(peer.host),
                .proto = exchange_->tls() ? kByTls : std::string_view(shared_->options.proto),
                .via = shared_->options.via,
                .request_id = exchange_->id(),
                .upstream = upstream,
                .upgrade = http::asked_upgrade(exchange_->head()),
                .chunked = exchange_->framing().kind == http::Framing::Kind::Chunked,
                .routing = order_.routing};
  upstream_ = shared_->upstreams.start(
      exchange_->loop(), order_.group->endpoint(instance_),
      {.framing = exchange_->framing(),
       .safe_to_repeat = order_.safe_to_repeat,
       .may_upgrade = hop.upgrade.has_value(),
       .deadline = order_.deadline},
      [this, &hop](http::HeadWriter& head) {
        write_request_head(exchange_->head(), hop, order_.request_fields, *shared_->random, head);
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
      failure.kind == Kind::NoSocket) {
    return false;
  }
  if (failure.stale || clients_doing(failure)) return false;
  if (failure.kind != Kind::Deadline) return true;
  const SteadyTime now = exchange_->loop().now();
  const auto instances = now - attempt_began_ - (client_time_ - client_time_before_);
  return instances * 2 >= now - began_;
}

void Relay::attempt_failed(const http::UpstreamFailure& failure) {
  if (blames_instance(failure)) {
    order_.group->failed(instance_);
  } else {
    order_.group->forgo(instance_);
  }
  if (may_try_again(failure)) return attempt();
  give_up(failure);
}

bool Relay::may_try_again(const http::UpstreamFailure& failure) const {
  using Kind = http::UpstreamFailure::Kind;
  if (attempts_ >= kMaxAttempts || !upload_repeatable()) return false;
  if (failure.kind == Kind::Deadline) return false;
  const bool elsewhere = order_.group->size() > 1;
  if (failure.provably_unsent) return elsewhere && failure.kind != Kind::Request;
  return order_.safe_to_repeat && failure.kind == Kind::Closed;
}

void Relay::give_up(const http::UpstreamFailure& failure) {
  const bool client = clients_doing(failure);
  const http::Refusal refusal =
      client ? too_slow_answer() : answer_to(failure, order_.group->name());
  const ForwardFailure what = client ? ForwardFailure::BadRequest : failure_of(failure);
  refuse(*settle(what, refusal.status, false, failure.message), refusal);
}

void Relay::refuse_for_want_of_room() {
  const http::Refusal refusal = overload_answer(order_.group->name());
  refuse(*settle(ForwardFailure::Overloaded, refusal.status, false, refusal.message), refusal);
}

void Relay::client_gone() {
  if (settled()) return;
  const bool took_all = answer_status_ != 0 && answer_left_ == 0 && !writing_answer_;
  if (took_all) return;  // the end of the answer is on its way here
  // An answer that began has spoken for the instance already.
  if (answer_status_ == 0) order_.group->forgo(instance_);
  settle(ForwardFailure::ClientGone, answer_status_, answer_status_ != 0, "the client went away");
}

std::shared_ptr<http::Exchange> Relay::settle(ForwardFailure failure, unsigned status,
                                              bool from_upstream, std::string message) {
  // Kept to the end: what is due on them may hold the last reference to this.
  const auto self = shared_from_this();
  auto exchange = std::exchange(exchange_, nullptr);
  const auto upstream = std::exchange(upstream_, nullptr);
  if (upstream && (failure != ForwardFailure::None || upload_ != Upload::Done)) upstream->cancel();
  seat_.leave();
  tunnel_ = nullptr;
  if (!order_.done) return exchange;
  order_.done(Outcome{.side = order_.side,
                      .endpoint = order_.group->endpoint(instance_),
                      .status = status,
                      .from_upstream = from_upstream,
                      .failure = failure,
                      .message = std::move(message),
                      .attempts = attempts_,
                      .answer_bytes = answer_bytes_,
                      .took = exchange->loop().now() - began_});
  return exchange;
}

}  // namespace banyan::strangler
