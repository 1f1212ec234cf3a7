// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/saga_engine.hpp"

namespace banyan {

// Half of the time that is left at most, so that some remains for writing the answer down.
Context context_of_saga_call(const SagaCall& call, const Context& context, const SagaPolicy& policy,
                             const Clock& clock) {
  return context.with_key(call.key).within(
      std::min(policy.call_budget, context.remaining(clock) / 2), clock);
}

void describe_saga_call(Span& span, std::string_view module, const SagaRecord& saga,
                        const SagaCall& call) {
  span.set("banyan.module", module)
      .set("banyan.saga.name", saga.name)
      .set("banyan.saga.id", saga.id.str())
      .set("banyan.saga.step", call.name)
      .set("banyan.saga.of", saga.subject)
      .set("banyan.saga.attempts", saga.attempts);
}

void describe_saga_answer(Span& span, const SagaAnswer& answer) {
  span.set("banyan.saga.outcome", to_string(answer.outcome));
  if (answer.outcome != SagaOutcome::NoAnswer && answer.outcome != SagaOutcome::Failed) return;
  span.set("error.type", to_string(answer.outcome));
  span.fail(answer.problem);
}

Span resumed_saga(Tracer* tracer, std::string_view module, const SagaRecord& saga,
                  Context& context) {
  if (tracer == nullptr) return {};
  const auto parent = TraceContext::parse(saga.traceparent);
  Span span = tracer->begin({.parent = parent ? &*parent : nullptr,
                             .trace_id = context.trace.trace_id,
                             .kind = SpanKind::Internal,
                             .name = std::string(module) + ".saga"});
  span.set("banyan.module", module)
      .set("banyan.saga.name", saga.name)
      .set("banyan.saga.id", saga.id.str())
      .set("banyan.saga.of", saga.subject)
      .set("banyan.correlation_id", saga.correlation_id);
  span.enter(context);
  return span;
}

std::string traceparent_of(const Context& context) {
  const bool recorded = context.recording != nullptr || context.trace.sampled;
  return recorded ? context.trace.traceparent() : std::string();
}

std::string unknown_sagas(const std::vector<SagaVersion>& open,
                          const std::vector<SagaVersion>& known, std::string_view module) {
  std::string lacking;
  for (const SagaVersion& each : open) {
    if (std::ranges::find(known, each) != known.end()) continue;
    lacking +=
        (lacking.empty() ? "" : ", ") + each.name + " version " + std::to_string(each.version);
  }
  if (lacking.empty()) return {};
  return std::string(module) + ": sagas are under way that this program does not know: " + lacking +
         ". Start the version of the program that began them until they are over (`banyan sagas"
         " --open`), or keep their definitions in it.";
}

}  // namespace banyan
