// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/remote_caller.hpp"

#include <utility>

#include "banyan/binding/once.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/json/writer.hpp"

namespace banyan::binding {

RemoteCaller::RemoteCaller(RpcTransport& transport, CallObserver& observer,
                           std::string_view binding_name, const Clock& clock)
    : transport_(&transport), observer_(&observer), binding_name_(binding_name), clock_(&clock) {}

std::optional<Error> RemoteCaller::call(const PortInfo& port, const RequestCodec& codec,
                                        const void* operation, const json::Shape& shape,
                                        void* answer, const Context& context) const {
  const SteadyTime begin = clock_->steady();
  PortCallSpan span(context, SpanKind::Client, port, codec.operation(), binding_name_, *observer_);
  std::optional<Error> error = carry_out(port, codec, operation, shape, answer, span.context());
  span.ended(error ? &*error : nullptr);
  observer_->called({port.name, codec.operation().name, binding_name_, clock_->steady() - begin,
                     error ? &*error : nullptr, span.context()});
  return error;
}

std::optional<Error> RemoteCaller::carry_out(const PortInfo& port, const RequestCodec& codec,
                                             const void* operation, const json::Shape& shape,
                                             void* answer, const Context& context) const {
  if (auto refusal = refuse_call(port, codec.operation(), context, *clock_)) return refusal;
  Result<http::Request> request = codec.write(operation);
  if (!request) return std::move(request.error());
  const bool safe = safe_to_repeat(codec.operation(), context.idempotency_key.has_value());
  const Result<http::Response> response =
      transport_->exchange(std::move(*request), context, safe ? Repeat::Safe : Repeat::Never);
  std::optional<Error> error;
  if (response) {
    error = read_answer(*response, shape, answer);
    if (!error && codec.operation().effect == Effect::Write) CommitMark::commit();
    if (context.replayed && response->head.fields.find(kReplayedField) == "true") {
      context.replayed->store(true);
    }
  } else {
    error = response.error();
  }
  if (auto refusal =
          refuse_answer(port, codec.operation(), context, *clock_, error ? &*error : nullptr)) {
    return refusal;
  }
  return error;
}

http::Response answer_of(const PortInfo& port, const Operation& operation, const Error* error,
                         const Context& context, CallObserver& observer,
                         const std::function<http::Response()>& write) {
  if (error != nullptr) return problem(*error, context.correlation_id);
  try {
    return write();
  } catch (const json::NotWritable& fault) {
    observer.fault({port.name, operation.name, "wire", {}, nullptr, context}, fault.what());
    return problem(fault_of(port, operation), context.correlation_id);
  }
}

}  // namespace banyan::binding
