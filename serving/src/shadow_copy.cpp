// SPDX-License-Identifier: Apache-2.0
#include "shadow_copy.hpp"

#include <utility>

#include "banyan/binding/context_headers.hpp"

namespace banyan::serving {
namespace {

strangler::ForwardFailure failure_of(strangler::CopyFailure::Kind kind) {
  using Kind = strangler::CopyFailure::Kind;
  using strangler::ForwardFailure;
  switch (kind) {
    case Kind::Unreachable: return ForwardFailure::Unreachable;
    case Kind::Timeout: return ForwardFailure::Timeout;
    case Kind::Closed: return ForwardFailure::Closed;
    case Kind::Protocol: return ForwardFailure::Protocol;
    default: return ForwardFailure::Fault;
  }
}

/// The context as it goes over the wire, but for the trace, which goes on with the copy's span.
void put_context(strangler::CopyOrder& order, const Context& context, const Clock& clock) {
  http::RequestHead carrier;
  binding::put_context(carrier, context, clock);
  if (order.span.sampled()) {
    carrier.fields.remove("traceparent");
    carrier.fields.remove("tracestate");
  }
  for (const auto& field : carrier.fields) order.request_fields.add(field.name, field.value);
}

}  // namespace

Side side_to_copy_to(const Transaction& transaction) {
  const bool to_old =
      transaction.pair == strangler::PairOf::OldOld || transaction.side == Side::Remote;
  return to_old ? Side::Local : Side::Remote;
}

std::shared_ptr<ShadowCopy> shadow_copy_of(const Transaction& transaction,
                                           std::shared_ptr<strangler::Capture> capture,
                                           strangler::Taken place,
                                           const strangler::TrustedPeers& trusted_peers) {
  http::Exchange& exchange = *transaction.exchange;
  const Target& target = *transaction.target;
  auto copy = std::make_shared<ShadowCopy>(ShadowCopy{
      .capture = std::move(capture),
      .routes = transaction.routes,
      .target = &target,
      .pair = transaction.pair,
      .answered_by = transaction.side,
      .to = side_to_copy_to(transaction),
      .revision = transaction.revision,
      // Who is a visit of its own with each request would fill the places of those who stay.
      .session = transaction.new_visit.empty() ? transaction.stickiness_key : std::string(),
      .correlation_id = correlation_of(transaction),
      .request_id = exchange.id(),
      .peer = exchange.peer(),
      .by_tls = exchange.tls() != nullptr,
      .client_speaks_tls = client_speaks_tls(exchange, trusted_peers),
      .context = transaction.context,
      .wants_line = transaction.wants_line,
      .loop = &exchange.loop(),
      .span = transaction.span.child(SpanKind::Client, "shadow", target.statistics_name()),
      .place = std::move(place)});
  copy->span.set("banyan.shadow", true).set("banyan.side", to_string(copy->to));
  return copy;
}

void speak_as_copy(ShadowCopy& copy, const Clock& clock) {
  if (!copy.context) return;
  Context& context = *copy.context;
  context.copy = true;
  context.deadline = clock.steady() + copy.sides().shadow.time;
  context.idempotency_key.reset();
  const bool drops = copy.sides().shadow.credentials == strangler::CopyCredentials::Drop;
  if (drops) {
    context.principal.clear();
    context.place.clear();
  }
  // May be the principal, or a cookie or field that the copy lacks; routing is decided.
  if (drops || copy.sides().copies->change(copy.to)) context.stickiness_key.clear();
  copy.span.enter(context);
  for (RoutingDecision& each : context.routing) {
    if (each.module == copy.target->route.rollout) each.side = copy.to;
  }
}

strangler::CopyOrder order_of(ShadowCopy& copy, const Clock& clock) {
  const Destination& destination = copy.target->destination(copy.to);
  const UpstreamPool& pool = *destination.pool;
  strangler::CopyOrder order{.group = pool.instances,
                             .request = copy.capture->request(),
                             .peer = copy.peer,
                             .by_tls = copy.by_tls,
                             .request_id = copy.request_id,
                             .rewriting = destination.rewriting,
                             .span = std::move(copy.span),
                             .deadline = clock.steady() + copy.sides().shadow.time};
  if (!pool.group.host.empty()) order.request_fields.add("Host", pool.group.host);
  if (copy.context) {
    put_context(order, *copy.context, clock);
  } else {
    order.routing = strangler::RoutingStamp{copy.target->route.rollout, copy.to, copy.revision};
  }
  order.request_fields.set(strangler::kCopyField, "1");
  copy.withheld = copy.routes->testers().headers();
  for (const auto field : copy.sides().copies->said_to(copy.to)) {
    order.request_fields.add(field.name, field.value);
    copy.withheld.emplace_back(field.name);  // however the client spells it
  }
  order.withheld = copy.withheld;
  return order;
}

strangler::Outcome outcome_of(Side side, const http::Response& answer,
                              const http::Endpoint& endpoint, std::chrono::nanoseconds took) {
  return {.side = side,
          .endpoint = endpoint,
          .status = answer.head.status,
          .from_upstream = true,
          .message = {},
          .attempts = endpoint.host.empty() ? 0U : 1U,
          .answer_bytes = answer.body.size(),
          .took = took};
}

strangler::Outcome outcome_of(Side side, const strangler::CopyFailure& failure) {
  return {.side = side,
          .endpoint = {},
          .failure = failure_of(failure.kind),
          .message = failure.message,
          .attempts = 1};
}

}  // namespace banyan::serving
