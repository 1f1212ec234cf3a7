// SPDX-License-Identifier: Apache-2.0
#include "outcomes.hpp"

#include "chain/transaction.hpp"
#include "request_span.hpp"

namespace banyan::serving {
namespace {

using strangler::ForwardFailure;
using strangler::Outcome;

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// How the side that was asked ended it. Nothing, where that says nothing about it: the client gave
/// it up or sent it in bad shape, or it was this process that failed.
std::optional<strangler::Ending> ending_of(const Outcome& outcome, bool failed) {
  if (failed) {
    return outcome.failure == ForwardFailure::Timeout ? strangler::Ending::TimedOut
                                                      : strangler::Ending::Failed;
  }
  if (outcome.failure != ForwardFailure::None) return std::nullopt;
  return strangler::Ending::Good;
}

AccessLine::Marks marks_of(const Transaction& transaction) {
  return {.trace_id = transaction.span.trace_id(),
          .forced = transaction.forced,
          .not_forced =
              transaction.not_forced ? to_string(*transaction.not_forced) : std::string_view()};
}

/// Half of an instance's places are for uploads, and clients that send slowly may hold them all:
/// that an upload found none says nothing about the side.
bool is_upload_without_place(const Transaction& transaction, ForwardFailure failure) {
  return failure == ForwardFailure::Overloaded &&
         transaction.exchange->framing().kind != http::Framing::Kind::None;
}

/// Whether it counts against the side in whose place another one answered: by the same measure as
/// without another one.
bool is_doing_of_side(const Transaction& transaction, const strangler::SideFailure& failure) {
  Outcome alone;
  alone.failure = failure.failure;
  alone.status = failure.status;
  return alone.upstream_failed() && !is_upload_without_place(transaction, failure.failure);
}

}  // namespace

void Outcomes::of_visit(const Transaction& transaction, bool told) {
  if (!transaction.by_visit) return;
  if (transaction.new_visit.empty()) return parts_.visits.count(VisitResult::GoesOn);
  parts_.visits.count(told ? VisitResult::Begun : VisitResult::NotKept);
}

void Outcomes::forwarded(Transaction& transaction, const Outcome& outcome) {
  const bool failed = outcome.upstream_failed();
  begin_late_span(parts_.tracer, transaction, outcome, parts_.clock.steady());
  if (outcome.in_place_of) {
    fell_back(transaction, *outcome.in_place_of);
    transaction.side = outcome.side;
  }
  if (outcome.from_upstream) of_visit(transaction, outcome.new_cookie);
  if (!outcome.aborted_by_client()) record(transaction, outcome, failed);
  if (transaction.wants_line) {
    parts_.access_log->line(*transaction.exchange, &transaction.target->route, outcome,
                            marks_of(transaction));
  }
  finish_span(transaction, outcome, parts_.clock.steady());
}

void Outcomes::answered(Transaction& transaction, unsigned status, std::uint64_t answer_bytes) {
  Outcome outcome;
  outcome.side = transaction.side;
  outcome.status = status;
  outcome.answer_bytes = answer_bytes;
  outcome.took = parts_.clock.steady() - transaction.begin;
  if (transaction.in_place_of) outcome.in_place_of = *transaction.in_place_of;
  record(transaction, outcome, status >= 500);
  if (transaction.wants_line) {
    parts_.access_log->line_of_worker(*transaction.exchange, &transaction.target->route, outcome,
                                      marks_of(transaction));
  }
  finish_span(transaction, outcome, parts_.clock.steady());
}

void Outcomes::record(const Transaction& transaction, const Outcome& outcome, bool failed) {
  const Destination& destination = transaction.destination();
  // How long a body takes is the client's time, and of a stream its life.
  const auto latency = outcome.to_head.count() > 0 ? outcome.to_head : outcome.took;
  destination.requests->record(failed, latency, parts_.clock.now());
  const auto& both_sides = transaction.target->both_sides;
  if (both_sides && transaction.effect == Effect::Write && transaction.side == Side::Remote) {
    both_sides->figures->new_side_writes.fetch_add(1, std::memory_order_relaxed);
  }
  if (destination.window != nullptr && !transaction.forced) {
    // A failure is known at its end. How the side did with what went well was known by its head:
    // the end of a long download is no news of it.
    const auto since = failed ? std::chrono::nanoseconds{0} : outcome.took - latency;
    destination.window->record(failed, latency, parts_.clock.steady() - since);
  }
  // In whose place another one answered has been told by fell_back().
  const bool silent = outcome.in_place_of || is_upload_without_place(transaction, outcome.failure);
  const auto ending = silent ? std::nullopt : ending_of(outcome, failed);
  if (ending) {
    testify(transaction, *ending, outcome.stream ? std::nullopt : std::optional(latency));
  }
  if (outcome.stream) {
    parts_.metrics.streams.record(transaction.target->statistics_module(),
                                  transaction.target->statistics_name(),
                                  to_string(transaction.side), failed, outcome.took);
  }

  const bool to_tell = (failed || outcome.failure == ForwardFailure::NoSocket) &&
                       (outcome.attempts == 0 || !outcome.message.empty());
  const auto level = to_tell ? telemetry::Level::Warning : telemetry::Level::Debug;
  if (!parts_.log.takes(level)) return;
  std::uint64_t untold = 0;
  if (to_tell) {
    const auto admitted = parts_.failures.admit();
    if (!admitted) return;
    untold = *admitted;
  }
  const Target& target = *transaction.target;
  const std::string_view event = to_tell ? "request_failed" : "request";
  write(transaction, level, event,
        {{"module", target.statistics_module()},
         {"operation", target.statistics_name()},
         {"request_id", transaction.exchange->id()},
         {"side", to_string(transaction.side)},
         {"upstream_address", outcome.attempts == 0 ? std::string() : to_string(outcome.endpoint)},
         {"outcome", to_string(outcome.failure)},
         {"status", outcome.status},
         {"duration_seconds", seconds(outcome.took)},
         {"message", outcome.message},
         {"suppressed", untold}});
}

void Outcomes::fell_back(const Transaction& transaction, const strangler::SideFailure& failure) {
  const Target& target = *transaction.target;
  if (is_doing_of_side(transaction, failure)) {
    const Destination& destination = target.destination(failure.side);
    destination.requests->record(true, failure.took, parts_.clock.now());
    if (destination.window != nullptr && !transaction.forced) {
      destination.window->record(true, failure.took, parts_.clock.steady());
    }
    testify(transaction, strangler::Ending::FellBack, std::nullopt);
  }
  const auto effect = static_cast<std::size_t>(transaction.effect);
  target.both_sides->figures->fallbacks[effect].fetch_add(1, std::memory_order_relaxed);
  if (!parts_.log.takes(telemetry::Level::Warning)) return;
  const auto untold = parts_.failures.admit();
  if (!untold) return;
  write(transaction, telemetry::Level::Warning, "fell_back",
        {{"module", target.statistics_module()},
         {"operation", target.statistics_name()},
         {"request_id", transaction.exchange->id()},
         {"side", to_string(failure.side)},
         {"upstream_address", failure.attempts == 0 ? std::string() : to_string(failure.endpoint)},
         {"outcome", strangler::reason_of(failure)},
         {"duration_seconds", seconds(failure.took)},
         {"message", failure.message},
         {"suppressed", *untold}});
}

void Outcomes::compared(const Target& target, bool differs, const std::shared_ptr<const void>& by) {
  auto* const evidence = target.evidence_of(Effect::Read);
  if (evidence == nullptr) return;
  evidence->record_comparison(differs);
  evidence->pairs().add(differs, parts_.clock.now(), by);
}

void Outcomes::fault_of_copy(std::string_view event, const OfCopy& copy, std::string_view what) {
  const auto untold = faults_.admit();
  if (!untold) return;
  parts_.log.write(telemetry::Level::Error, event,
                   {{"correlation_id", copy.correlation_id},
                    {"module", copy.target.statistics_module()},
                    {"operation", copy.target.statistics_name()},
                    {"request_id", copy.request_id},
                    {"side", to_string(copy.to)},
                    {"message", what},
                    {"suppressed", *untold}});
}

void Outcomes::fault_of_copies(std::string_view what) {
  const auto untold = faults_.admit();
  if (!untold) return;
  parts_.log.write(telemetry::Level::Error, "fault", {{"message", what}, {"suppressed", *untold}});
}

void Outcomes::testify(const Transaction& transaction, strangler::Ending ending,
                       std::optional<std::chrono::nanoseconds> latency) {
  if (!transaction.group) return;
  const Target& target = *transaction.target;
  std::optional<std::chrono::microseconds> took;
  if (latency) took = std::chrono::duration_cast<std::chrono::microseconds>(*latency);
  const Effect effect = transaction.effect;
  const bool tripped = target.evidence_of(effect)->record(*transaction.group, ending, took);
  if (tripped && parts_.tripped) parts_.tripped(target.route.rollout, target.judged_name(effect));
}

void Outcomes::refused(Transaction& transaction, unsigned status, std::string_view reason,
                       std::uint64_t answer_bytes) {
  Outcome outcome;
  outcome.status = status;
  outcome.answer_bytes = answer_bytes;
  outcome.took = parts_.clock.steady() - transaction.begin;
  const Target* target = transaction.target;
  parts_.metrics.requests.record(target != nullptr ? target->statistics_module() : kNoTarget,
                                 target != nullptr ? target->statistics_name() : kNoTarget,
                                 "refused", status >= 400, outcome.took);
  parts_.refusals.count({status, std::string(reason), {}});
  line(transaction, outcome);
  if (parts_.log.takes(telemetry::Level::Debug)) {
    write(transaction, telemetry::Level::Debug, "request_refused",
          {{"request_id", transaction.exchange->id()},
           {"peer", to_string(transaction.exchange->peer())},
           {"target", transaction.exchange->head().target},
           {"status", status},
           {"rule", reason}});
  }
  finish_span(transaction, status, reason);
}

void Outcomes::write(const Transaction& transaction, telemetry::Level level, std::string_view event,
                     std::initializer_list<telemetry::LogField> fields) const {
  if (transaction.context) return parts_.log.write(level, event, *transaction.context, fields);
  if (!transaction.span.recording()) return parts_.log.write(level, event, fields);
  // Whoever reads the line finds the span by these.
  Context of_span;
  transaction.span.enter(of_span);
  of_span.correlation_id = correlation_of(transaction);
  parts_.log.write(level, event, of_span, fields);
}

void Outcomes::line(const Transaction& transaction, const Outcome& outcome) const {
  if (!transaction.wants_line) return;
  parts_.access_log->line(*transaction.exchange, nullptr, outcome, marks_of(transaction));
}

void Outcomes::fault(std::string_view event, const Transaction& transaction,
                     std::string_view what) {
  const auto untold = faults_.admit();
  if (!untold) return;
  const Target* const target = transaction.target;
  write(transaction, telemetry::Level::Error, event,
        {{"module", target != nullptr ? target->statistics_module() : kNoTarget},
         {"route", target != nullptr ? std::string_view(target->route.name) : kNoTarget},
         {"request_id", transaction.exchange->id()},
         {"target", transaction.exchange->head().target},
         {"message", what},
         {"suppressed", *untold}});
}

void Outcomes::answered_operators(const Transaction& transaction, unsigned status) {
  parts_.metrics.requests.record(kOperators, "pages", kOwn, status >= 500,
                                 parts_.clock.steady() - transaction.begin);
}

void Outcomes::answered_for_all(const Transaction& transaction, unsigned status) {
  Outcome outcome;
  outcome.status = status;
  outcome.took = parts_.clock.steady() - transaction.begin;
  parts_.metrics.requests.record(kNoTarget, "*", kOwn, false, outcome.took);
  line(transaction, outcome);
}

void Outcomes::refused_operators(const Transaction& transaction, unsigned status,
                                 const Error& refusal, std::uint64_t answer_bytes) {
  Outcome outcome;
  outcome.status = status;
  outcome.answer_bytes = answer_bytes;
  outcome.took = parts_.clock.steady() - transaction.begin;
  parts_.metrics.requests.record(kOperators, "pages", "refused", true, outcome.took);
  parts_.refusals.count({status, refusal.rule, {}});
  line(transaction, outcome);
  // Where there are no operators' pages there is nothing to break into.
  const bool to_tell = refusal.code != ErrorCode::NotFound;
  const auto level = to_tell ? telemetry::Level::Warning : telemetry::Level::Debug;
  if (!parts_.log.takes(level)) return;
  const auto untold = to_tell ? parts_.failures.admit() : std::optional<std::uint64_t>(0);
  if (!untold) return;
  parts_.log.write(level, "operator_refused",
                   {{"request_id", transaction.exchange->id()},
                    {"peer", to_string(transaction.exchange->peer())},
                    {"target", transaction.exchange->head().target},
                    {"status", status},
                    {"rule", refusal.rule},
                    {"suppressed", *untold}});
}

void Outcomes::refused_by_engine(const Listener& listener, const http::RefusedRequest& request,
                                 http::Response& answer) {
  answer.head.fields.add("X-Correlation-Id", request.correlation_id);
  parts_.refusals.count(request.refusal);
  if (!listener.clients) return;
  const Outcome outcome{
      .status = answer.head.status, .answer_bytes = answer.body.size(), .took = request.took};
  if (wants_line()) parts_.access_log->line(request, outcome);
  if (!parts_.log.takes(telemetry::Level::Info)) return;
  const auto untold = parts_.failures.admit();
  if (!untold) return;
  parts_.log.write(telemetry::Level::Info, "request_refused",
                   {{"request_id", request.id},
                    {"peer", to_string(request.peer)},
                    {"status", request.refusal.status},
                    {"rule", request.refusal.name},
                    {"message", request.refusal.message},
                    {"suppressed", *untold}});
}

}  // namespace banyan::serving
