// SPDX-License-Identifier: Apache-2.0
#include "request_span.hpp"

#include "banyan/tracing/http_spans.hpp"
#include "serving_span.hpp"

namespace banyan::serving {
namespace {

using strangler::ForwardFailure;
using strangler::Outcome;

/// Whether something went wrong that is not the client's doing, made good or not. More than what is
/// held against a side (Outcome::upstream_failed): what this process could not do counts as well.
bool stumbled(const Outcome& outcome) {
  const bool failed =
      outcome.failure != ForwardFailure::None && !strangler::is_clients_doing(outcome.failure);
  return failed || outcome.status >= 500 || outcome.attempts > 1;
}

/// How long a body takes is the client's time, and of a stream its life.
std::chrono::nanoseconds time_to_answer(const Outcome& outcome) {
  return outcome.to_head.count() > 0 ? outcome.to_head : outcome.took;
}

void tell_attempts(const Transaction& transaction, const Outcome& outcome, SteadyTime began) {
  if (outcome.attempts == 0) return;
  const std::string_view method = transaction.exchange->head().method;
  if (const auto& failed = outcome.failed_attempt) {
    Span span = tracing::begin_client_span_at(transaction.span, method, failed->endpoint,
                                              outcome.attempts - 2, began + failed->began);
    tracing::failed(span, failed->failure, failed->message);
    span.finish(began + failed->ended);
    began += failed->ended;
  }
  Span last = tracing::begin_client_span_at(transaction.span, method, outcome.endpoint,
                                            outcome.attempts - 1, began);
  if (outcome.from_upstream) tracing::answered(last, outcome.status);
  note_failure(last, outcome.failure, outcome.message);
}

}  // namespace

void begin_late_span(Tracer* tracer, Transaction& transaction, const Outcome& outcome,
                     SteadyTime now) noexcept {
  if (tracer == nullptr || transaction.span.recording()) return;
  if (!tracer->keeps(time_to_answer(outcome), stumbled(outcome))) return;
  const TraceContext* parent = transaction.parent ? &*transaction.parent : nullptr;
  const SteadyTime began = now - outcome.took;
  transaction.span = tracing::begin_server_span_at(tracer, parent, serving_span(transaction),
                                                   transaction.trace_id, began);
  if (transaction.span.recording()) tell_attempts(transaction, outcome, began);
}

void finish_span(Transaction& transaction, const Outcome& outcome, SteadyTime now) noexcept {
  Span& span = transaction.span;
  if (!span.recording()) return;
  span.set("banyan.side", to_string(transaction.side));
  if (transaction.forced) span.set("banyan.forced", true);
  if (transaction.not_forced) span.set("banyan.not_forced", to_string(*transaction.not_forced));
  if (outcome.to_head.count() > 0) span.answer_began(now - outcome.took + outcome.to_head);
  if (outcome.status != 0) tracing::answered(span, outcome.status);
  note_failure(span, outcome.failure, outcome.message);
  span.finish(now);
}

void finish_span(Transaction& transaction, unsigned status, std::string_view reason) noexcept {
  Span& span = transaction.span;
  if (!span.recording()) return;
  tracing::answered(span, status);
  span.set("banyan.rule", reason);
  if (status >= 500) tracing::failed(span, reason, {});
  span.finish();
}

}  // namespace banyan::serving
