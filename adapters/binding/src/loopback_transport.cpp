// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/loopback_transport.hpp"

#include <exception>
#include <expected>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/http/parser.hpp"
#include "banyan/http/serializer.hpp"

namespace banyan::binding {
namespace {

struct Served {
  http::Request request;
  Context context;
};

Error broken(const http::Refusal& refusal) {
  return {ErrorCode::Internal,
          "banyan.wire_refused",
          "the message cannot cross the wire: " + refusal.message + " (" + refusal.name + ")",
          {}};
}

Error unsent(Error error) {
  error.never_sent = true;
  return error;
}

// All the bytes of one message are there: anything but a complete one is a refusal.
template <class Message, class Parser>
Result<Message> parse(Parser& parser, std::string_view bytes) {
  Message message;
  for (;;) {
    const http::Step step = parser.step(bytes);
    bytes.remove_prefix(step.consumed);
    switch (step.kind) {
      case http::Step::Kind::Head: message.head = parser.head(); break;
      case http::Step::Kind::Body: message.body += step.body; break;
      case http::Step::Kind::End: return message;
      case http::Step::Kind::Refused: return fail(broken(parser.refusal()));
      case http::Step::Kind::NeedMore:
        return fail(broken({400, "http.cut", "the message ends too early"}));
    }
  }
}

template <class Message, class Parser>
Result<Message> over_the_wire(const Message& message, Parser& parser) {
  const std::expected<std::string, http::Refusal> bytes = http::serialize(message);
  if (!bytes) return fail(broken(bytes.error()));
  return parse<Message>(parser, *bytes);
}

}  // namespace

LoopbackTransport::LoopbackTransport(const OperationTable& table, const Clock& clock,
                                     Random& random)
    : table_(&table), workers_(nullptr), clock_(&clock), random_(&random) {}

LoopbackTransport::LoopbackTransport(const OperationTable& table, ModuleWorkers& workers,
                                     const Clock& clock, Random& random)
    : table_(&table), workers_(&workers), clock_(&clock), random_(&random) {}

Result<http::Response> LoopbackTransport::exchange(http::Request request, const Context& context,
                                                   Repeat /*repeat*/) {
  put_context(request.head, context, *clock_);
  request.head.fields.set("Host", "rehearsal");
  http::RequestParser request_parser;
  Result<http::Request> arrived = over_the_wire(request, request_parser);
  if (!arrived) return fail(unsent(std::move(arrived.error())));

  const ContextRules rules{Trust::Internal, context.remaining(*clock_)};
  Result<Context> served = context_from(arrived->head, rules, "rehearsal", *clock_, *random_);
  // The same trace in the same process: what happens over there is recorded with the rest.
  if (served) {
    served->recording = context.recording;
    served->span = context.span;
  }
  http::Response response;
  if (!served) {
    response = problem(served.error());
  } else if (const auto found = table_->match(arrived->head.method, arrived->head.target); !found) {
    response = found.error();
  } else if (const BoundOperation& operation = **found; workers_ == nullptr) {
    response = operation.answer(*arrived, *served);
  } else {
    auto promise = std::make_shared<std::promise<http::Response>>();
    std::future<http::Response> future = promise->get_future();
    const bool taken =
        workers_->of(operation.operation->effect)
            .submit([promise, &operation, work = Served{std::move(*arrived), std::move(*served)}] {
              // An exception is the caller's, as without workers, and would be lost on one.
              try {
                promise->set_value(operation.answer(work.request, work.context));
              } catch (...) {
                promise->set_exception(std::current_exception());
              }
            });
    if (!taken) {
      return fail(unsent({ErrorCode::Unavailable,
                          "banyan.too_busy",
                          "all workers are busy and their queue is full; try again later",
                          {}}));
    }
    if (future.wait_until(context.deadline) != std::future_status::ready) {
      return fail(
          ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded",
          "no answer before the deadline of the call. Whether the request was carried out is"
          " unknown.");
    }
    response = future.get();
  }

  http::ResponseParser response_parser;
  response_parser.expect(request.head.method);
  return over_the_wire(response, response_parser);
}

}  // namespace banyan::binding
