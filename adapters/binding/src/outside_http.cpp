// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/outside_http.hpp"

#include <utility>

#include "banyan/binding/http_transport.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/kernel/unit_of_work.hpp"
#include "call_error.hpp"

namespace banyan::binding {

OutsideHttp::OutsideHttp(std::string name, const http::Endpoint& endpoint,
                         std::chrono::milliseconds attempt_time, const Clock& clock,
                         http::AnswerEnd end)
    : attempt_time_(attempt_time),
      clock_(&clock),
      caller_(std::make_shared<upstream::Group>(dependency_on(std::move(name), {endpoint}), clock),
              std::make_shared<http::Loops>(1), clock, end) {}

Result<http::Response> OutsideHttp::exchange(std::string_view what, http::Request request,
                                             const Context& context, http::Repeat repeat) const {
  if (OpenUnitOfWork::on_this_thread()) {
    return fail(ErrorCode::FailedPrecondition, "banyan.call_inside_unit_of_work",
                name() + " was asked inside a unit of work; ask before it or after it");
  }
  Span span = Span::child_of(context, SpanKind::Client, name(), what);
  auto answer =
      caller_.call(std::move(request),
                   {.deadline = context.deadline, .attempt_time = attempt_time_, .repeat = repeat});
  if (answer) return std::move(*answer);
  Error error = call_error(answer.error(), name(), context, *clock_);
  span.fail(error.message);
  return fail(std::move(error));
}

std::string OutsideHttp::trouble() const {
  const auto report = caller_.group()->breaker()->report();
  if (report.state == upstream::CircuitBreaker::State::Closed) return {};
  return name() + " did not answer lately and is given time to recover; what needs it waits";
}

}  // namespace banyan::binding
