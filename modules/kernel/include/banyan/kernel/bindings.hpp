// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/kernel/chain.hpp"
#include "banyan/kernel/error_origin.hpp"
#include "banyan/kernel/fallback.hpp"
#include "banyan/kernel/routing.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/kernel/unit_of_work.hpp"

/// The ways from a caller to a module that need no network: in-process, routed, observed.
/// The wire bindings (rehearsal, remote) are in adapters/binding.
namespace banyan {

/// What every binding refuses before it does anything; nullopt when the call may go on.
std::optional<Error> refuse_call(const PortInfo& port, const Operation& operation,
                                 const Context& context, const Clock& clock);

/// Turns an answer into what a caller behind a wire would have got: a late answer is no answer,
/// and an error that the operation does not declare is a fault of the module. Where something was
/// `committed` during the call, what the kit says of a database that is busy, full or away
/// ("nothing was changed") is true of the last unit of work only, and becomes
/// "banyan.outcome_unknown".
std::optional<Error> refuse_answer(const PortInfo& port, const Operation& operation,
                                   const Context& context, const Clock& clock, const Error* error,
                                   bool committed = false);

/// The error for an exception that left a module; never shows the exception's own text.
Error fault_of(const PortInfo& port, const Operation& operation);

/// What the caller is told about an exception that left a module: what an OperationalFault says,
/// that the deadline has passed, or fault_of(). `committed`: see refuse_answer().
Error answer_to(const std::exception& exception, const PortInfo& port, const Operation& operation,
                const Context& context, const Clock& clock, bool committed);

/// Told about every call that passed a binding. Safe for concurrent use; must not throw.
class CallObserver {
 public:
  struct Call {
    std::string_view port;
    std::string_view operation;
    std::string_view binding;  ///< "in_process", "rehearsal", "remote"
    std::chrono::nanoseconds took;
    const Error* error;  ///< null for a success
    const Context& context;
  };
  virtual ~CallObserver() = default;
  virtual void called(const Call& call) noexcept = 0;
  /// An exception left a module; the caller sees only Internal.
  virtual void fault(const Call& call, std::string_view what) noexcept = 0;
};

/// Sees nothing.
CallObserver& no_observer();

/// The span of a call of a port: "orders.place_order", with what OpenTelemetry calls a remote
/// procedure call. What happens inside gets context(). A binding without an observer runs behind
/// one that has one, and makes no span: a call has one span, not two.
class PortCallSpan {
 public:
  /// `context` must outlive it, as must what the strings point to.
  PortCallSpan(const Context& context, SpanKind kind, const PortInfo& port,
               const Operation& operation, std::string_view binding, const CallObserver& observer)
      : given_(&context) {
    if (context.recording != nullptr) begin(kind, port, operation, binding, observer);
  }

  const Context& context() const { return inside_ ? *inside_ : *given_; }
  /// Faults make the span one; a refusal that the operation declares is an answer.
  void ended(const Error* error) {
    if (inside_ && error != nullptr) failed(*error);
  }

 private:
  void begin(SpanKind kind, const PortInfo& port, const Operation& operation,
             std::string_view binding, const CallObserver& observer);
  void failed(const Error& error);

  const Context* given_;
  Span span_;
  std::optional<Context> inside_;
};

/// The module in the same process, no more permissive than the wire.
template <class Target>
class InProcess {
 public:
  /// All references must outlive the binding.
  InProcess(Target& target, CallObserver& observer, const Clock& clock)
      : target_(&target), observer_(&observer), clock_(&clock) {}

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& context) {
    const SteadyTime begin = clock_->steady();
    PortCallSpan span(context, SpanKind::Internal, P::port, Op::operation, "in_process",
                      *observer_);
    auto answer = carry_out<P>(operation, span.context());
    const Error* error = answer ? nullptr : &answer.error();
    span.ended(error);
    observer_->called({P::port.name, Op::operation.name, "in_process", clock_->steady() - begin,
                       error, span.context()});
    return answer;
  }

 private:
  template <class P, class Op>
  Result<typename Op::Response> carry_out(const Op& operation, const Context& context) {
    if (auto refusal = refuse_call(P::port, Op::operation, context, *clock_)) {
      return fail(std::move(*refusal));
    }
    const CommitMark mark;
    try {
      Result<typename Op::Response> answer = target_->handle(operation, context);
      if (auto refusal = refuse_answer(P::port, Op::operation, context, *clock_,
                                       answer ? nullptr : &answer.error(), mark.committed())) {
        return fail(std::move(*refusal));
      }
      return answer;
    } catch (const std::exception& exception) {
      observer_->fault({P::port.name, Op::operation.name, "in_process", {}, nullptr, context},
                       exception.what());
      return fail(answer_to(exception, P::port, Op::operation, context, *clock_, mark.committed()));
    }
  }

  Target* target_;
  CallObserver* observer_;
  const Clock* clock_;
};

/// Decides call by call whether the module here or its service elsewhere answers. A read goes where
/// the decision that the request carries says, else where the table says now. A write always goes
/// where the table says now: there is one writer at any time, whatever was decided for the reads of
/// the same action.
///
/// A read that the service has not answered (is_without_answer()) is asked of the module here,
/// where a gate lets it; and so are the next ones of the action, without asking the service again,
/// as long as that is legal.
template <class P_>
class Routed {
 public:
  /// All references must outlive the binding, and the gate. Without one nobody answers in place of
  /// the service.
  Routed(P_& local, P_& remote, const RoutingTable& table, FallbackGate* gate = nullptr)
      : local_(&local), remote_(&remote), table_(&table), gate_(gate) {}

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& context) {
    if constexpr (Op::operation.effect == Effect::Write) {
      const auto decision = table_->decide(P::port.name, Effect::Write, context.stickiness_key);
      return to(decision.side).handle(operation, context);
    } else {
      const RoutingDecision* made = context.routed(P::port.name);
      if (made != nullptr) return read<P>(made->side, operation, context);
      Context decided = context;
      decided.routing.push_back(table_->decide(P::port.name, Effect::Read, context.stickiness_key));
      return read<P>(decided.routing.back().side, operation, decided);
    }
  }

 private:
  template <class P, class Op>
  Result<typename Op::Response> read(Side side, const Op& operation, const Context& context) {
    if (side == Side::Local || gate_ == nullptr) return to(side).handle(operation, context);
    if (is_home(context, P::port.name)) {
      if (gate_->opens({P::port, Op::operation, context, nullptr})) {
        return local_->handle(operation, brought_home(context, P::port.name));
      }
      context.brought_home->remove(P::port.name);
      return remote_->handle(operation, context);
    }
    Result<typename Op::Response> answer = remote_->handle(operation, context);
    if (answer || !is_without_answer(answer.error())) return answer;
    if (!gate_->opens({P::port, Op::operation, context, &answer.error()})) return answer;
    return local_->handle(operation, brought_home(context, P::port.name));
  }

  P_& to(Side side) { return side == Side::Remote ? *remote_ : *local_; }

  P_* local_;
  P_* remote_;
  const RoutingTable* table_;
  FallbackGate* gate_;
};

template <IsPort P>
std::unique_ptr<P> bind_in_process(P& target, CallObserver& observer, const Clock& clock) {
  return std::make_unique<Chain<P, InProcess<P>>>(InProcess<P>(target, observer, clock));
}

template <IsPort P>
std::unique_ptr<P> bind_routed(P& local, P& remote, const RoutingTable& table,
                               FallbackGate* gate = nullptr) {
  return std::make_unique<Chain<P, Routed<P>>>(Routed<P>(local, remote, table, gate));
}

}  // namespace banyan
