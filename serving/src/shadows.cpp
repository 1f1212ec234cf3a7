// SPDX-License-Identifier: Apache-2.0
#include "shadows.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/binding/context_headers.hpp"
#include "banyan/forwarding/visit.hpp"
#include "banyan/http/method_override.hpp"
#include "banyan/serving/metrics.hpp"
#include "banyan/shadowing/findings.hpp"
#include "banyan/telemetry/contained.hpp"

namespace banyan::serving {
namespace {

using strangler::Capture;
using strangler::CopyCredentials;
using strangler::CopyDropped;
using strangler::PairOf;

constexpr std::size_t kAskers = 2;
constexpr std::size_t kWaitingToAsk = 32;
constexpr std::size_t kComparers = 1;
constexpr std::size_t kWaitingToBeCompared = 64;

/// A copy wants the whole answer, not the news since the client's last one.
constexpr auto kOfTheClientOnly =
    std::to_array<http::FieldName>({"If-None-Match", "If-Modified-Since"});

/// What a copy may have of its client's fields: not the proxy's own cookie, by which nobody knows
/// who asks, nor those that a rule takes out.
http::Fields fields_for_copies(const Transaction& transaction) {
  http::Fields fields = transaction.exchange->head().fields;
  strangler::take_out_cookie(fields, transaction.own_cookie());
  transaction.target->both_sides->copies->sift_cookies(fields);
  for (const http::FieldName name : kOfTheClientOnly) fields.remove(name);
  // Of the kit's own words a client's do not go on, and say nothing of who asks.
  if (transaction.listener->audience == Audience::Public) {
    fields.remove_if([](const http::Fields::Field& field) {
      return http::begins_ignoring_case(field.name, "Banyan-") ||
             http::begins_ignoring_case(field.name, "Banyan_");
    });
  }
  return fields;
}

/// But for what a copy for that side says itself.
std::optional<std::string_view> who_asks(const http::Fields& fields, const BothSides& sides,
                                         Side to) {
  for (const auto field : fields) {
    if (sides.credentials.contain(field.name) && !sides.copies->replace(to, field.name)) {
      return field.name;
    }
  }
  return std::nullopt;
}

bool say_who_asks(const http::Fields& fields, const BothSides& sides, Side to) {
  return who_asks(fields, sides, to).has_value();
}

/// By the word of the application's own process that passed it on.
bool names_who_asks(const Transaction& transaction) {
  return transaction.context && !transaction.context->principal.empty();
}

/// Cookies that are named for copies stay.
void drop_credentials(http::Fields& fields, const BothSides& sides) {
  std::vector<std::string> named;
  if (sides.copies->names_cookies()) {
    fields.each("Cookie", [&](std::string_view value) { named.emplace_back(value); });
  }
  sides.credentials.remove_from(fields);
  for (const std::string& each : named) fields.add("Cookie", each);
}

/// Whether the comparison speaks for or against the new side. Where the old one has failed, or
/// either has had enough, there is nothing to measure by; what the new one told a client that it
/// failed counts as a failure already. That it fails at a copy is told by nothing else.
bool speaks_of_new_side(const strangler::AnsweredPair& pair, Side answered_by) {
  constexpr unsigned kTooMany = 429;
  constexpr unsigned kFirstFailure = 500;
  const unsigned by_old = pair.old_answer.head.status;
  const unsigned by_new = pair.other_answer.head.status;
  if (pair.pair != PairOf::OldNew || by_old == kTooMany || by_new == kTooMany) return false;
  return by_old < kFirstFailure && (by_new < kFirstFailure || answered_by == Side::Local);
}

/// A token that has run out, or never was one for that: nothing that the side itself does wrong.
bool refuses_who_asks(const http::ResponseHead& head) {
  constexpr unsigned kUnauthorized = 401;
  constexpr unsigned kForbidden = 403;
  return head.status == kUnauthorized || head.status == kForbidden;
}

/// What cannot be asked a second time as it was, or is a copy already.
bool is_of_one_connection(const http::RequestHead& head) {
  return head.method == "OPTIONS" || head.method == "TRACE" || head.method == "CONNECT" ||
         head.fields.contains(strangler::kCopyField) || http::asked_upgrade(head);
}

/// To some frameworks it is no read then.
bool may_be_another_method(const http::Fields& fields) {
  for (const auto field : fields) {
    if (http::overrides_method(field.name)) return true;
  }
  return false;
}

/// Why nobody there could be asked for a copy, if that is known beforehand.
std::optional<CopyDropped> nobody_at(const Destination& destination) {
  using NoSpare = upstream::Group::NoSpare;
  if (destination.here) return std::nullopt;
  const auto why = destination.pool->instances->nobody_to_spare();
  if (!why) return std::nullopt;
  return *why == NoSpare::Paused ? CopyDropped::Paused : CopyDropped::Unwell;
}

/// Why there is nothing to compare a copy's answer with.
std::optional<CopyDropped> why_not(Capture& capture, const strangler::Outcome& outcome) {
  if (capture.dropped()) return capture.dropped();
  if (outcome.stream) return CopyDropped::Stream;
  const bool whole = outcome.failure == strangler::ForwardFailure::None && !outcome.in_place_of;
  if (!whole || capture.answer().head.status == 0) return CopyDropped::NoAnswer;
  if (capture.answer().head.status == 304) return CopyDropped::NotModified;
  return std::nullopt;
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

}  // namespace

/// All that a copy needs of its request, which is over: nothing of its connection is held up.
struct Shadows::Copy {
  std::shared_ptr<Capture> capture;
  std::shared_ptr<const RouteSnapshot> routes;  // keeps the target alive
  const Target* target;
  PairOf pair;
  Side answered_by;
  Side to;
  std::uint64_t revision;
  std::string session;
  std::string correlation_id;
  std::string request_id;
  http::Endpoint peer;
  bool by_tls;             // to this process
  bool client_speaks_tls;  // or to a trusted one before it
  std::optional<Context> context;
  bool wants_line;
  http::Loop* loop;
  Span span;
  strangler::Taken place;
  std::vector<std::string> withheld{};  ///< fields of the client that do not go on

  const BothSides& sides() const { return *target->both_sides; }
  strangler::RolloutShadow& shadow() const { return sides().figures->shadow; }
  void dropped(CopyDropped reason) const { shadow().counts.dropped(reason); }
};

Shadows::Shadows(const Parts& parts)
    : parts_(parts),
      askers_(make_worker_pool(kAskers, kWaitingToAsk)),
      comparers_(make_worker_pool(kComparers, kWaitingToBeCompared)) {}

void Shadows::end() {
  // The first may still hand something to the second.
  for (std::unique_ptr<Executor>* each : {&askers_, &comparers_}) {
    std::unique_ptr<Executor> last;  // joined without the lock, which its tasks may want
    const std::lock_guard lock(mutex_);
    last = std::move(*each);
  }
}

bool Shadows::submit(std::unique_ptr<Executor>& workers, Executor::Task task) {
  const std::lock_guard lock(mutex_);
  return workers && workers->submit(std::move(task));
}

void Shadows::fault(std::string_view what) const { parts_.outcomes.fault_of_copy(what); }

std::shared_ptr<Capture> Shadows::capture(Transaction& transaction,
                                          const strangler::Stages& stages) {
  const Target& target = *transaction.target;
  const BothSides& sides = *target.both_sides;
  if (sides.sampler == nullptr || transaction.forced) return nullptr;
  strangler::RolloutShadow& shadow = sides.figures->shadow;
  if (!shadow.is_on(transaction.revision, sides.shadow_declared,
                    [&] { return stages.traffic(target.route.rollout); })) {
    return nullptr;
  }
  const strangler::ShadowPlan& plan = sides.shadow;
  http::Exchange& exchange = *transaction.exchange;
  const http::RequestHead& head = exchange.head();
  if (is_of_one_connection(head)) return nullptr;
  if (!sides.sampler->takes(plan.share, plan.at_least, exchange.loop().now())) return nullptr;
  if (may_be_another_method(head.fields)) return nullptr;
  const auto drop = [&](CopyDropped reason) {
    shadow.counts.dropped(reason);
    return nullptr;
  };
  if (exchange.loop().late()) return drop(CopyDropped::Busy);
  http::Fields fields = fields_for_copies(transaction);
  const bool skips = plan.credentials == CopyCredentials::Skip;
  const auto is_left_out = [&](Side to) {
    return skips && (names_who_asks(transaction) || say_who_asks(fields, sides, to));
  };
  const Side other = transaction.side == Side::Remote ? Side::Local : Side::Remote;
  if (is_left_out(other)) {
    sides.held_back->add(who_asks(fields, sides, other).value_or("Banyan-Principal"));
    return drop(CopyDropped::Credentials);
  }
  const http::Framing framing = exchange.framing();
  if (framing.kind == http::Framing::Kind::Length && framing.length > plan.max_request) {
    return drop(CopyDropped::RequestTooLarge);
  }
  // Of whom only the new side may be asked, it is.
  const bool again = transaction.side == Side::Local && sides.sampler->is_for_noise(plan.noise) &&
                     !is_left_out(Side::Local);
  // Before anything is kept for it.
  if (const auto why = nobody_at(target.destination(again ? Side::Local : other))) {
    return drop(*why);
  }
  auto capture = std::make_shared<Capture>(
      head,
      Capture::Limits{
          .request = plan.max_request, .answer = plan.max_answer, .memory = plan.memory},
      shadow.memory);
  if (capture->dropped()) return drop(*capture->dropped());
  if (plan.credentials == CopyCredentials::Drop) drop_credentials(fields, sides);
  // An answer that can be read is wanted. But a session may be bound to what its browser accepts,
  // and ends when it comes with something else.
  const bool in_their_name =
      say_who_asks(fields, sides, again ? Side::Local : other) ||
      (names_who_asks(transaction) && plan.credentials == CopyCredentials::Pass);
  if (!in_their_name) fields.remove("Accept-Encoding");
  capture->request()->head.fields = std::move(fields);
  transaction.pair = again ? PairOf::OldOld : PairOf::OldNew;
  return capture;
}

void Shadows::answered(Transaction& transaction, const strangler::Outcome& outcome) {
  const auto capture = std::move(transaction.capture);
  transaction.capture = nullptr;
  const Target& target = *transaction.target;
  const BothSides& sides = *target.both_sides;
  strangler::RolloutShadow& shadow = sides.figures->shadow;
  if (const auto reason = why_not(*capture, outcome)) return shadow.counts.dropped(*reason);
  const bool to_old = transaction.pair == PairOf::OldOld || transaction.side == Side::Remote;
  strangler::Taken place(shadow.under_way, sides.shadow.at_once);
  if (!place.more(1)) return shadow.counts.dropped(CopyDropped::AtOnce);
  if (to_old && !may_ask_old_side_more(target, parts_.clock, true)) {
    return shadow.counts.dropped(CopyDropped::Budget);
  }
  http::Exchange& exchange = *transaction.exchange;
  auto copy = std::make_shared<Copy>(
      Copy{.capture = capture,
           .routes = transaction.routes,
           .target = &target,
           .pair = transaction.pair,
           .answered_by = transaction.side,
           .to = to_old ? Side::Local : Side::Remote,
           .revision = transaction.revision,
           // Who is a visit of its own with each request would fill the places of those who stay.
           .session = transaction.new_visit.empty() ? transaction.stickiness_key : std::string(),
           .correlation_id = correlation_of(transaction),
           .request_id = exchange.id(),
           .peer = exchange.peer(),
           .by_tls = exchange.tls() != nullptr,
           .client_speaks_tls = client_speaks_tls(exchange, parts_.trusted_peers),
           .context = transaction.context,
           .wants_line = transaction.wants_line,
           .loop = &exchange.loop(),
           .span = transaction.span.child(SpanKind::Client, "shadow", target.statistics_name()),
           .place = std::move(place)});
  copy->span.set("banyan.shadow", true).set("banyan.side", to_string(copy->to));
  // Later: the last bytes of the real answer go first.
  exchange.loop().post([this, copy = std::move(copy)] { send(copy); });
}

void Shadows::send(const CopyPtr& copy) {
  if (copy->loop->late()) return copy->dropped(CopyDropped::Busy);
  if (copy->context) {
    Context& context = *copy->context;
    context.copy = true;
    context.deadline = parts_.clock.steady() + copy->sides().shadow.time;
    context.idempotency_key.reset();
    const bool drops = copy->sides().shadow.credentials == CopyCredentials::Drop;
    if (drops) {
      context.principal.clear();
      context.place.clear();
    }
    // May be the principal, or a cookie or field that the copy lacks; routing is decided.
    if (drops || copy->sides().copies->change(copy->to)) context.stickiness_key.clear();
    copy->span.enter(context);
    for (RoutingDecision& each : context.routing) {
      if (each.module == copy->target->route.rollout) each.side = copy->to;
    }
  }
  if (copy->target->destination(copy->to).here) return ask_here(copy);
  ask_upstream(copy);
}

void Shadows::ask_upstream(const CopyPtr& copy) {
  const Destination& destination = copy->target->destination(copy->to);
  UpstreamPool& pool = *destination.pool;
  strangler::CopyOrder order{.group = pool.instances,
                             .request = copy->capture->request(),
                             .peer = copy->peer,
                             .by_tls = copy->by_tls,
                             .request_id = copy->request_id,
                             .rewriting = destination.rewriting,
                             .span = std::move(copy->span),
                             .deadline = parts_.clock.steady() + copy->sides().shadow.time};
  if (!pool.group.host.empty()) order.request_fields.add("Host", pool.group.host);
  if (copy->context) {
    http::RequestHead carrier;
    binding::put_context(carrier, *copy->context, parts_.clock);
    if (order.span.sampled()) {
      carrier.fields.remove("traceparent");
      carrier.fields.remove("tracestate");
    }
    for (const auto& field : carrier.fields) order.request_fields.add(field.name, field.value);
  } else {
    order.routing = strangler::RoutingStamp{copy->target->route.rollout, copy->to, copy->revision};
  }
  order.request_fields.set(strangler::kCopyField, "1");
  copy->withheld = copy->routes->testers().headers();
  for (const auto field : copy->sides().copies->said_to(copy->to)) {
    order.request_fields.add(field.name, field.value);
    copy->withheld.emplace_back(field.name);  // however the client spells it
  }
  order.withheld = copy->withheld;
  order.room = [capture = copy->capture](std::size_t bytes) { return capture->other_piece(bytes); };
  order.done = [this, copy](std::expected<strangler::CopyAnswer, strangler::CopyFailure> answer) {
    if (answer) {
      tell(*copy, outcome_of(copy->to, answer->response, answer->endpoint, answer->took));
    } else if (is_failure(answer.error().kind)) {
      tell(*copy, {.side = copy->to,
                   .endpoint = {},
                   .failure = failure_of(answer.error().kind),
                   .message = answer.error().message,
                   .attempts = 1});
    }
    if (answer) return compare(copy, std::move(answer->response));
    using Kind = strangler::CopyFailure::Kind;
    switch (answer.error().kind) {
      case Kind::Unwell: return copy->dropped(CopyDropped::Unwell);
      case Kind::Paused: return copy->dropped(CopyDropped::Paused);
      case Kind::Full: return copy->dropped(CopyDropped::Full);
      case Kind::Stream: return copy->dropped(CopyDropped::Stream);
      case Kind::TooLarge:
        return copy->dropped(copy->capture->dropped().value_or(CopyDropped::AnswerTooLarge));
      default: return copy->shadow().counts.failed(answer.error().kind);
    }
  };
  order.sent = [copy] { copy->shadow().counts.sent(copy->pair == PairOf::OldOld); };
  pool.forwarder.copy(*copy->loop, std::move(order));
}

void Shadows::tell(const Copy& copy, const strangler::Outcome& outcome) const {
  if (!copy.wants_line || copy.capture->dropped()) return;
  parts_.outcomes.copied({.head = copy.capture->request()->head,
                          .request_id = copy.request_id,
                          .peer = copy.peer,
                          .route = &copy.target->route,
                          .outcome = outcome,
                          .refusal = {},
                          .now = {},
                          .marks = {}});
}

void Shadows::ask_here(const CopyPtr& copy) {
  auto task = [this, copy] {
    telemetry::contain(
        [&] {
          http::Request request = *copy->capture->request();
          copy->sides().copies->say(request.head.fields, copy->to);
          const SteadyTime began = parts_.clock.steady();
          http::Response answer = copy->target->operation->answer(request, *copy->context);
          copy->span.finish();
          tell(*copy, outcome_of(copy->to, answer, {}, parts_.clock.steady() - began));
          if (!copy->capture->other_piece(answer.body.size())) {
            return copy->dropped(*copy->capture->dropped());
          }
          compare(copy, std::move(answer));
        },
        [&](std::string_view what) {
          copy->shadow().counts.failed(strangler::CopyFailure::Kind::Fault);
          fault(what);
        });
  };
  if (!submit(askers_, std::move(task))) return copy->dropped(CopyDropped::Full);
  copy->shadow().counts.sent(copy->pair == PairOf::OldOld);
}

void Shadows::compare(const CopyPtr& copy, http::Response other) {
  // The place is for what is under way between processes; the memory is kept till the end.
  copy->place.give_back();
  if (copy->sides().copies->have_secret(copy->to) && refuses_who_asks(other.head) &&
      !refuses_who_asks(copy->capture->answer().head)) {
    return copy->dropped(CopyDropped::Refused);
  }
  auto pair = std::make_shared<strangler::AnsweredPair>(
      strangler::AnsweredPair{.pair = copy->pair,
                              .request = copy->capture->request(),
                              .old_answer = std::move(copy->capture->answer()),
                              .other_answer = std::move(other),
                              .correlation_id = copy->correlation_id,
                              .session = copy->session,
                              .operation = copy->target->statistics_name(),
                              .route = copy->target->route.path,
                              .rules = &copy->sides().rules,
                              .by_tls = copy->client_speaks_tls});
  const bool is_old = copy->answered_by == Side::Remote;
  if (is_old) std::swap(pair->old_answer, pair->other_answer);
  (is_old ? pair->told_old : pair->told_other) = copy->sides().copies->secrets(copy->to);
  auto task = [this, copy, pair] {
    telemetry::contain(
        [&] {
          // Before its answers are used up.
          const bool speaks = speaks_of_new_side(*pair, copy->answered_by);
          const auto found = copy->sides().findings->add(*pair, parts_.clock.now());
          if (!found) return copy->dropped(found.error());
          copy->shadow().counts.compared();
          if (speaks) parts_.outcomes.compared(*copy->target, found->differs, found->by);
        },
        [&](std::string_view what) { fault(what); });
  };
  if (!submit(comparers_, std::move(task))) copy->dropped(CopyDropped::Queue);
}

std::vector<telemetry::Sample> samples(const RolloutBook& book) {
  std::vector<telemetry::Sample> all;
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  for (const auto& rollout : book.all()) {
    const std::string& name = rollout->shadow.name();
    const auto counts = rollout->shadow.counts.read();
    const auto add = [&](const telemetry::Metric& metric, std::vector<std::string> labels,
                         std::uint64_t value) {
      labels.insert(labels.begin(), name);
      all.push_back({metric, std::move(labels), number(value)});
    };
    add(metric("banyan_shadow_copies_total"), {"other"}, counts.sent);
    add(metric("banyan_shadow_copies_total"), {"old_again"}, counts.sent_again);
    add(metric("banyan_shadow_copies_under_way"), {}, rollout->shadow.under_way.taken());
    add(metric("banyan_shadow_memory_bytes"), {}, rollout->shadow.memory.taken());
    for (std::size_t i = 0; i < counts.failed.size(); ++i) {
      const auto kind = static_cast<strangler::CopyFailure::Kind>(i);
      if (counts.failed[i] == 0) continue;
      add(metric("banyan_shadow_copies_failed_total"), {std::string(to_string(kind))},
          counts.failed[i]);
    }
    for (std::size_t i = 0; i < counts.dropped.size(); ++i) {
      if (counts.dropped[i] == 0) continue;
      add(metric("banyan_shadow_copies_dropped_total"),
          {std::string(to_string(static_cast<CopyDropped>(i)))}, counts.dropped[i]);
    }
    for (const Effect effect : {Effect::Read, Effect::Write}) {
      add(metric("banyan_fallbacks_total"), {std::string(to_string(effect))},
          rollout->fallbacks[static_cast<std::size_t>(effect)].load());
    }
    for (std::size_t i = 0; i < rollout->no_fallbacks.size(); ++i) {
      const std::uint64_t times = rollout->no_fallbacks[i].load();
      if (times == 0) continue;
      add(metric("banyan_fallbacks_refused_total"),
          {std::string(to_string(static_cast<NoFallback>(i)))}, times);
    }
    for (const Side side : {Side::Local, Side::Remote}) {
      const std::uint64_t times = rollout->forced[static_cast<std::size_t>(side)].load();
      if (times == 0) continue;
      add(metric("banyan_forced_requests_total"), {std::string(to_string(side))}, times);
    }
    for (std::size_t i = 0; i < rollout->not_forced.size(); ++i) {
      const std::uint64_t times = rollout->not_forced[i].load();
      if (times == 0) continue;
      add(metric("banyan_forced_requests_refused_total"),
          {std::string(to_string(static_cast<NotForced>(i)))}, times);
    }
    const auto findings = rollout->shadow.findings();
    if (!findings) continue;
    for (const strangler::OperationReport& each : findings->operations()) {
      add(metric("banyan_comparisons_total"), {each.operation, "same"}, each.same);
      add(metric("banyan_comparisons_total"), {each.operation, "noise"}, each.noise);
      add(metric("banyan_comparisons_total"), {each.operation, "different"}, each.differing);
    }
  }
  return all;
}

}  // namespace banyan::serving
