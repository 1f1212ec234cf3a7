// SPDX-License-Identifier: Apache-2.0
// To an upstream group: the old or the new side of a route, or the service of a module. Where the
// new side fails and the file lets it, the old one answers in its place.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/binding/context_headers.hpp"
#include "banyan/forwarding/visit.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/stages/stages.hpp"
#include "chain/stations.hpp"
#include "read_fallback.hpp"

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
    order.withheld = transaction->routes->testers().headers();
    order.own_cookie = transaction->own_cookie();
    order.new_cookie = transaction->new_visit;
    tell_wishes(*transaction, order.request_fields);
    order.span = &transaction->span;
    order.tap = transaction->capture.get();
    const BothSides* const sides = transaction->target->both_sides.get();
    if (sides != nullptr && sides->fallback && transaction->side == Side::Remote &&
        may_ever_fall_back(transaction->effect, *sides->fallback)) {
      order.in_place = [this, transaction](const strangler::SideFailure& failure) {
        return in_place_of(transaction, failure);
      };
    }
    order.done = [this, transaction](const strangler::Outcome& outcome) {
      if (transaction->capture) parts_.shadows->answered(*transaction, outcome);
      parts_.outcomes.forwarded(*transaction, outcome);
    };
    pool.forwarder.forward(transaction->exchange, std::move(order));
    return Step::Done;
  }

 private:
  /// To whoever is asked next: without the proof, which ends here.
  static void tell_wishes(const Transaction& transaction, http::Fields& fields) {
    if (!transaction.wishes) return;
    for (const Wishes::Wish& each : transaction.wishes->wishes) {
      if (!each.header.empty()) {
        fields.set(each.header, each.side == Side::Remote ? "new" : "old");
      }
    }
  }

  void of_operation(const Transaction& transaction, strangler::ForwardOrder& order) const {
    const Context& context = *transaction.context;
    add_context(transaction, order.request_fields);
    order.safe_to_repeat = safe_to_repeat(*transaction.target->operation->operation,
                                          context.idempotency_key.has_value());
    order.deadline = context.deadline;
    order.response_fields.add("X-Correlation-Id", context.correlation_id);
  }

  void add_context(const Transaction& transaction, http::Fields& fields) const {
    http::RequestHead carrier;
    binding::put_context(carrier, *transaction.context, parts_.clock);
    // The attempt's own span is what the service hears of, where that is for export.
    if (transaction.span.sampled()) {
      carrier.fields.remove("traceparent");
      carrier.fields.remove("tracestate");
    }
    for (const auto& field : carrier.fields) fields.add(field.name, field.value);
  }

  /// To an application of another kind, which may ask back: what its next request is to say.
  static void tell_visit(const Transaction& transaction, http::Fields& fields) {
    if (transaction.by_visit) fields.add(strangler::kVisitField, transaction.stickiness_key);
  }

  /// Else nothing of the request is kept for that.
  static bool may_ever_fall_back(Effect effect, const strangler::FallbackPlan& plan) {
    return effect == Effect::Read || plan.writes != strangler::WriteFallback::Never;
  }

  /// The old side, where it may answer in place of the new one.
  std::optional<strangler::OtherSide> in_place_of(const TransactionPtr& transaction,
                                                  const strangler::SideFailure& failure) {
    const Target& target = *transaction->target;
    RolloutFigures& figures = *target.both_sides->figures;
    if (const auto reason = why_no_fallback(*transaction, failure)) {
      const auto index = static_cast<std::size_t>(*reason);
      figures.no_fallbacks[index].fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    if (transaction->context) {
      for (RoutingDecision& each : transaction->context->routing) {
        if (each.module == target.route.rollout) each.side = Side::Local;
      }
    }
    strangler::OtherSide other;
    const Destination& old_side = target.old_side;
    if (old_side.here) {
      other.answer = [this, transaction](const strangler::SideFailure& of_new,
                                         std::optional<std::string> body) {
        parts_.outcomes.fell_back(*transaction, of_new);
        transaction->in_place_of = std::make_unique<const strangler::SideFailure>(of_new);
        transaction->side = Side::Local;
        transaction->capture = nullptr;
        if (!body) {
          parts_.here.handle(transaction);
        } else {
          parts_.here.start(transaction, std::move(*body));
        }
      };
      return other;
    }
    other.group = old_side.pool->instances;
    other.rewriting = old_side.rewriting;
    const std::string& host = old_side.pool->group.host;
    if (!host.empty()) other.request_fields.add("Host", host);
    if (transaction->context) {
      add_context(*transaction, other.request_fields);
      other.response_fields.add("X-Correlation-Id", transaction->context->correlation_id);
    } else {
      tell_visit(*transaction, other.request_fields);
      other.routing = strangler::RoutingStamp{target.route.rollout, Side::Local,
                                              transaction->revision, transaction->forced};
    }
    other.response_fields.add(kFallbackField, reason_of(failure));
    transaction->side = Side::Local;  // whose a tunnel is from here on
    if (!transaction->context && parts_.explain && parts_.stages != nullptr) {
      other.response_fields.add("X-Strangler", explain(*transaction, reason_of(failure)));
    }
    return other;
  }

  std::optional<NoFallback> why_no_fallback(const Transaction& transaction,
                                            const strangler::SideFailure& failure) const {
    const Target& target = *transaction.target;
    const strangler::FallbackPlan& plan = *target.both_sides->fallback;
    if (transaction.effect == Effect::Read) {
      const auto reason = why_no_read_falls_back(plan, target.route.rollout, parts_.stages);
      if (reason) return reason;
    } else if (!may_be_done_by_old_side(transaction, plan, failure)) {
      return NoFallback::Unsafe;
    }
    if (!failure.request_kept || (target.old_side.here && !failure.request_whole)) {
      return NoFallback::Started;
    }
    if (!may_ask_old_side_more(target, parts_.clock, false)) return NoFallback::Budget;
    return std::nullopt;
  }

  static bool may_be_done_by_old_side(const Transaction& transaction,
                                      const strangler::FallbackPlan& plan,
                                      const strangler::SideFailure& failure) {
    using strangler::WriteFallback;
    if (!plan.shared_data || plan.writes == WriteFallback::Never) return false;
    if (failure.provably_unsent) return true;
    if (plan.writes != WriteFallback::Keyed) return false;
    if (!transaction.context) {
      const auto key = transaction.exchange->head().fields.find("Idempotency-Key");
      return key && is_idempotency_key(*key);
    }
    return safe_to_repeat(*transaction.target->operation->operation,
                          transaction.context->idempotency_key.has_value());
  }

  void of_route(const TransactionPtr& transaction, strangler::ForwardOrder& order) {
    const Target& target = *transaction->target;
    http::Exchange& exchange = *transaction->exchange;
    if (parts_.total_time.count() > 0) order.deadline = exchange.loop().now() + parts_.total_time;
    order.safe_to_repeat = transaction->effect == Effect::Read;
    tell_visit(*transaction, order.request_fields);
    if (target.in_rollout()) {
      order.routing = strangler::RoutingStamp{target.route.rollout, transaction->side,
                                              transaction->revision, transaction->forced};
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
            .forced = transaction.forced,
            .stickiness_key = transaction.stickiness_key};
  }

  /// The value of X-Strangler: "route=orders.create; side=remote; reason=bucket 412 < 1000;
  /// stage=canary; rev=87". `failed`: how the new side did, in whose place the old one answers.
  std::string explain(const Transaction& transaction, std::string_view failed = {}) const {
    const strangler::Route& route = transaction.target->route;
    std::string text = "route=" + route.name;
    text.append("; side=").append(to_string(transaction.side));
    if (!transaction.target->in_rollout()) return text += "; reason=no successor";
    const strangler::Traffic traffic = parts_.stages->traffic(route.rollout);
    if (!failed.empty()) {
      text.append("; reason=fell back (").append(failed).append(")");
    } else if (transaction.forced) {
      text += "; reason=forced";
    } else if (transaction.effect == Effect::Write) {
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
