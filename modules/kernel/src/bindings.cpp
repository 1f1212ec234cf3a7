// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/bindings.hpp"

#include "banyan/kernel/fallback.hpp"

namespace banyan {
namespace {

std::string name_of(const PortInfo& port, const Operation& operation) {
  return std::string(port.name) + '.' + std::string(operation.name);
}

/// A fault of somebody, as opposed to an answer that nobody likes.
bool is_fault(ErrorCode code) {
  return code == ErrorCode::Internal || code == ErrorCode::Unavailable ||
         code == ErrorCode::DeadlineExceeded || code == ErrorCode::ResourceExhausted;
}

/// Passing trouble of what a module stands on, told in the kit's words.
bool is_trouble(const Error& error) {
  return error.rule.starts_with("banyan.") && error.rule != "banyan.outcome_unknown" &&
         (error.code == ErrorCode::Unavailable || error.code == ErrorCode::DeadlineExceeded ||
          error.code == ErrorCode::ResourceExhausted);
}

Error broken_off(const PortInfo& port, const Operation& operation, const Error& trouble) {
  return {ErrorCode::DeadlineExceeded,
          "banyan.outcome_unknown",
          name_of(port, operation) + " was broken off by " + trouble.rule +
              " after a part of it was done. Look at what is there before you repeat it" +
              (operation.idempotency == Idempotency::ByKey
                   ? "; to repeat it under the same idempotency key is safe"
                   : ""),
          {}};
}

class NoObserver final : public CallObserver {
 public:
  void called(const Call& /*call*/) noexcept override {}
  void fault(const Call& /*call*/, std::string_view /*what*/) noexcept override {}
};

}  // namespace

std::optional<Error> refuse_call(const PortInfo& port, const Operation& operation,
                                 const Context& context, const Clock& clock) {
  if (OpenUnitOfWork::on_this_thread()) {
    return Error{
        ErrorCode::FailedPrecondition,
        "banyan.call_inside_unit_of_work",
        name_of(port, operation) +
            " was called while a unit of work is open on this thread. Call the other module"
            " before or after the unit of work: a transaction cannot span a network.",
        {}};
  }
  if (context.expired(clock)) {
    return Error{ErrorCode::DeadlineExceeded,
                 "banyan.deadline_exceeded",
                 "the deadline had passed before " + name_of(port, operation) + " was called",
                 {}};
  }
  if (operation.idempotency == Idempotency::ByKey && !context.idempotency_key) {
    return Error{ErrorCode::InvalidArgument,
                 "banyan.idempotency_key_missing",
                 name_of(port, operation) +
                     " needs an idempotency key (header Idempotency-Key): any text that is new for"
                     " each action and the same for its repetitions",
                 {}};
  }
  if (context.idempotency_key && !is_idempotency_key(*context.idempotency_key)) {
    return Error{ErrorCode::InvalidArgument,
                 "banyan.idempotency_key_malformed",
                 name_of(port, operation) +
                     " was called with a malformed idempotency key: 1 to 255 visible ASCII"
                     " characters were expected",
                 {}};
  }
  return std::nullopt;
}

std::optional<Error> refuse_answer(const PortInfo& port, const Operation& operation,
                                   const Context& context, const Clock& clock, const Error* error,
                                   bool committed) {
  if (context.expired(clock)) {
    return Error{ErrorCode::DeadlineExceeded,
                 "banyan.deadline_exceeded",
                 name_of(port, operation) + " answered after the deadline of the call",
                 {}};
  }
  if (error != nullptr && committed && is_trouble(*error)) {
    return broken_off(port, operation, *error);
  }
  if (error == nullptr || error->rule.starts_with("banyan.") ||
      operation.errors.contains(error->rule)) {
    return std::nullopt;
  }
  return Error{ErrorCode::Internal,
               "banyan.undeclared_error",
               name_of(port, operation) + " answered with the rule \"" + error->rule +
                   "\", which it does not declare. Add it to `errors(…)` of the operation.",
               {}};
}

Error fault_of(const PortInfo& port, const Operation& operation) {
  return {ErrorCode::Internal,
          "banyan.fault",
          name_of(port, operation) + " failed; the log has the cause under this correlation id",
          {}};
}

Error answer_to(const std::exception& exception, const PortInfo& port, const Operation& operation,
                const Context& context, const Clock& clock, bool committed) {
  if (auto late = refuse_answer(port, operation, context, clock, nullptr)) return *std::move(late);
  const auto* operational = dynamic_cast<const OperationalFault*>(&exception);
  const bool known = operational != nullptr && operational->error().code != ErrorCode::Internal;
  if (!known) return fault_of(port, operation);
  const Error& error = operational->error();
  return committed && is_trouble(error) ? broken_off(port, operation, error) : error;
}

void PortCallSpan::begin(SpanKind kind, const PortInfo& port, const Operation& operation,
                         std::string_view binding, const CallObserver& observer) {
  if (&observer == &no_observer()) return;
  span_ = Span::child_of(*given_, kind, port.name, operation.name);
  span_.set("rpc.system", "banyan")
      .set("rpc.service", port.name)
      .set("rpc.method", operation.name)
      .set("banyan.binding", binding)
      .set("banyan.effect", to_string(operation.effect));
  if (const RoutingDecision* decision = given_->routed(port.name)) {
    span_.set("banyan.side", to_string(decision->side))
        .set("banyan.routing.revision", static_cast<std::int64_t>(decision->revision));
    if (decision->side == Side::Local && is_home(*given_, port.name)) {
      span_.set("banyan.fell_back", true);
    }
  }
  inside_.emplace(*given_);
  span_.enter(*inside_);
}

void PortCallSpan::failed(const Error& error) {
  span_.set("banyan.rule", error.rule);
  if (!is_fault(error.code)) return;
  span_.set("error.type", error.rule);
  span_.fail(error.message);
}

CallObserver& no_observer() {
  static NoObserver observer;
  return observer;
}

}  // namespace banyan
