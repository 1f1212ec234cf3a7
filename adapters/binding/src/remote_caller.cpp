// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/remote_caller.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/binding/once.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/json/writer.hpp"

namespace banyan::binding {
namespace {

/// Passing trouble in the kit's words, after which a part of a write may have been done all the
/// same: by the other side, or by whoever has answered in its place.
constexpr std::array<std::string_view, 3> kMayHaveBegun = {"banyan.fault", "banyan.foreign_answer",
                                                           "banyan.unreadable_answer"};

/// Whether the other side has refused a write before anything of it began. It says so only by what
/// the kit tells of passing trouble, which is another rule where something was committed (see
/// refuse_answer()). With any other error a module may as well answer what it has undone, or done
/// in part, and "banyan.command_running" is of a try that goes on.
bool is_refusal_before_it_began(const Error& error) {
  if (error.rule == "banyan.write_not_begun") return true;
  const bool passes =
      error.code == ErrorCode::Unavailable || error.code == ErrorCode::ResourceExhausted;
  return passes && error.rule.starts_with("banyan.") &&
         std::ranges::find(kMayHaveBegun, error.rule) == kMayHaveBegun.end();
}

/// That only the last try was refused says nothing of those before it.
bool was_asked_before(const http::Response& response) {
  return response.head.fields.find(kAskedBeforeField) == "true";
}

}  // namespace

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
    if (context.replayed && response->head.fields.find(kReplayedField) == "true") {
      context.replayed->store(true);
    }
  } else {
    error = response.error();
  }
  // In one process the module itself would say whether it has kept anything. Behind a wire whatever
  // may have arrived counts.
  const bool nothing_began =
      error && (response ? is_refusal_before_it_began(*error) && !was_asked_before(*response)
                         : error->never_sent);
  if (codec.operation().effect == Effect::Write && !nothing_began) CommitMark::commit();
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
