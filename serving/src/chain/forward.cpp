// SPDX-License-Identifier: Apache-2.0
// To an upstream group: the old or the new side of a route, or the service of a module.
#include <string>
#include <utility>

#include "banyan/binding/context_headers.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/stages/stages.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class Forward final : public Interceptor {
 public:
  explicit Forward(const ForwardParts& parts) : parts_(parts) {}

  Step handle(const TransactionPtr& transaction) override {
    UpstreamPool& pool = *transaction->destination().pool;
    strangler::ForwardOrder order;
    order.group = pool.instances;
    order.side = transaction->side;
    order.rewriting = transaction->destination().rewriting;
    if (!pool.group.host.empty()) order.request_fields.add("Host", pool.group.host);
    if (transaction->context) {
      of_operation(*transaction, order);
    } else {
      of_route(transaction, order);
    }
    order.span = &transaction->span;
    order.done = [this, transaction](const strangler::Outcome& outcome) {
      parts_.outcomes.forwarded(*transaction, outcome);
    };
    pool.forwarder.forward(transaction->exchange, std::move(order));
    return Step::Done;
  }

 private:
  void of_operation(const Transaction& transaction, strangler::ForwardOrder& order) const {
    const Context& context = *transaction.context;
    http::RequestHead carrier;
    binding::put_context(carrier, context, parts_.clock);
    // The attempt's own span is what the service hears of, where that is for export.
    if (transaction.span.sampled()) {
      carrier.fields.remove("traceparent");
      carrier.fields.remove("tracestate");
    }
    for (const auto& field : carrier.fields) order.request_fields.add(field.name, field.value);
    order.safe_to_repeat = safe_to_repeat(*transaction.target->operation->operation,
                                          context.idempotency_key.has_value());
    order.deadline = context.deadline;
    order.response_fields.add("X-Correlation-Id", context.correlation_id);
  }

  void of_route(const TransactionPtr& transaction, strangler::ForwardOrder& order) {
    const Target& target = *transaction->target;
    http::Exchange& exchange = *transaction->exchange;
    if (parts_.total_time.count() > 0) order.deadline = exchange.loop().now() + parts_.total_time;
    order.safe_to_repeat = transaction->effect == Effect::Read;
    if (target.in_rollout()) {
      order.routing =
          strangler::RoutingStamp{target.route.rollout, transaction->side, transaction->revision};
    }
    if (parts_.explain && parts_.stages != nullptr) {
      order.response_fields.add("X-Strangler", explain(*transaction));
    }
    if (http::asked_upgrade(exchange.head())) {
      order.on_tunnel = [this, transaction](std::function<void()> end) {
        return parts_.tunnels.open(tunnel_of(*transaction), transaction->exchange->loop(),
                                   std::move(end));
      };
    }
  }

  static Tunnel tunnel_of(const Transaction& transaction) {
    const Target& target = *transaction.target;
    return {.rollout = target.in_rollout() ? target.route.rollout : std::string(),
            .route = target.route.name,
            .effect = transaction.effect,
            .side = transaction.side,
            .stickiness_key = transaction.stickiness_key};
  }

  /// The value of X-Strangler: "route=orders.create; side=remote; reason=bucket 412 < 1000;
  /// stage=canary; rev=87".
  std::string explain(const Transaction& transaction) const {
    const strangler::Route& route = transaction.target->route;
    std::string text = "route=" + route.name;
    text.append("; side=").append(to_string(transaction.side));
    if (!transaction.target->in_rollout()) return text += "; reason=no successor";
    const strangler::Traffic traffic = parts_.stages->traffic(route.rollout);
    if (transaction.effect == Effect::Write) {
      text.append("; reason=writes are ").append(to_string(traffic.writes));
    } else {
      const std::uint32_t bucket = sticky_bucket(route.rollout, transaction.stickiness_key);
      text += "; reason=bucket " + std::to_string(bucket) +
              (bucket < traffic.reads.hundredths() ? " < " : " >= ") +
              std::to_string(traffic.reads.hundredths());
    }
    text.append("; stage=").append(to_string(traffic.stage));
    return text += "; rev=" + std::to_string(transaction.revision);
  }

  ForwardParts parts_;
};

}  // namespace

std::unique_ptr<Interceptor> forward(const ForwardParts& parts) {
  return std::make_unique<Forward>(parts);
}

}  // namespace banyan::serving
