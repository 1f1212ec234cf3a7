// SPDX-License-Identifier: Apache-2.0
#include "edge.hpp"

#include <exception>
#include <utility>

#include "binding/context_headers.hpp"
#include "binding/problem.hpp"
#include "kernel/bindings.hpp"
#include "sticky_unit.hpp"
#include "telemetry/contained.hpp"

namespace banyan::host {
namespace {

constexpr std::size_t kBodyLimit = 1024 * 1024;

// Every operation that can be reached through this process. Those of a module that is not here have
// no `answer`: they are only ever forwarded. Those of a routed one go through the routed port: a
// write whose body was long in coming, or that waited for a worker, asks the table once more, and
// finds the side that has the writes now.
std::vector<binding::BoundOperation> reachable(const Assembly& assembly) {
  std::vector<binding::BoundOperation> all;
  for (const auto& module : assembly.modules()) {
    if (module->here) {
      const AnyPort& port = module->routed ? module->routed : module->local();
      for (auto& operation : module->entry->bind(port)) all.push_back(std::move(operation));
    } else if (module->service) {
      const binding::PortDescription port = module->entry->describe();
      for (const auto& operation : port.operations) {
        all.push_back({port.port, operation.operation, operation.at, {}});
      }
    }
  }
  return all;
}

}  // namespace

Edge::Edge(const Parts& parts) : parts_(parts), operations_(reachable(parts.assembly)) {
  for (const auto& module : parts.assembly.modules()) {
    modules_[module->entry->port] = module.get();
    if (module->routed) routed_.push_back(module.get());
    if (module->service) {
      services_[module->entry->port] = std::make_shared<strangler::InstanceGroup>(
          module->name(), std::vector<http::Endpoint>{*module->service});
    }
  }
}

// Nothing in it has been found good, so it is known by our own id.
void Edge::refused(const http::RefusedRequest& request, http::Response& answer) {
  answer.head.fields.add("X-Correlation-Id", request.id);
  if (!parts_.log.takes(telemetry::Level::Warning)) return;
  parts_.log.write(telemetry::Level::Warning, "request_refused",
                   {{"correlation_id", request.id},
                    {"client", to_string(request.peer)},
                    {"status", request.refusal.status},
                    {"reason", request.refusal.name},
                    {"problem", request.refusal.message}});
}

void Edge::handle(Exchange exchange) {
  if (parts_.pages.serve(exchange)) return;
  const http::RequestHead& head = exchange->head();
  auto matched = operations_.match(head.method, head.target);
  if (matched) {
    admit(exchange, **matched);
  } else {
    exchange->respond(std::move(matched).error());
  }
}

Result<Context> Edge::context_of(const Exchange& exchange) const {
  auto context = binding::context_from(
      exchange->head(), {.trust = parts_.options.trust, .budget = parts_.options.budget},
      exchange->peer().host);
  if (!context) return context;
  context->trace = context->trace.child(system_random());
  if (parts_.options.trust == binding::Trust::Edge) {
    if (std::string unit = unit_of(exchange->head(), parts_.options.unit); !unit.empty()) {
      context->routing_unit = std::move(unit);
    }
  }
  // Decided here for the whole action, so that it never straddles two versions of a module.
  for (const HostedModule* module : routed_) {
    if (context->routed(module->entry->port->name) == nullptr) {
      context->routing.push_back(
          parts_.routing.decide(module->entry->port->name, Effect::Read, context->routing_unit));
    }
  }
  return context;
}

void Edge::admit(const Exchange& exchange, const binding::BoundOperation& operation) {
  auto context = context_of(exchange);
  if (!context) return exchange->respond(binding::problem(context.error()));

  const HostedModule& module = *modules_.at(operation.port);
  Side side = module.here ? Side::Local : Side::Remote;
  if (module.routed) {
    side = operation.operation->effect == Effect::Read
               ? context->routed(operation.port->name)->side
               : parts_.routing.decide(operation.port->name, Effect::Write, context->routing_unit)
                     .side;
  }
  if (side == Side::Remote) return forward(exchange, module, operation, *context);
  answer_here(exchange, module, operation, std::move(*context));
}

void Edge::answer_here(const Exchange& exchange, const HostedModule& module,
                       const binding::BoundOperation& operation, Context context) {
  if (exchange->framing().kind == http::Framing::Kind::None) {
    return run(exchange, module, operation, std::move(context), {});
  }
  exchange->collect_body(kBodyLimit, [this, exchange, &module, &operation,
                                      context = std::move(context)](auto body) mutable {
    if (body) run(exchange, module, operation, std::move(context), std::move(*body));
  });
}

void Edge::run(const Exchange& exchange, const HostedModule& module,
               const binding::BoundOperation& operation, Context context, std::string body) {
  const SteadyTime begin = system_clock().steady();
  const std::string correlation_id = context.correlation_id;
  const Effect effect = operation.operation->effect;
  const bool taken = module.workers->of(effect).submit([this, exchange, &operation, begin,
                                                        context = std::move(context),
                                                        body = std::move(body)]() mutable {
    // An exception on a worker would end the process.
    telemetry::contain(
        [&] { serve(exchange, operation, begin, std::move(body), context); },
        [&](std::string_view what) {
          parts_.log.write(telemetry::Level::Error, "server_fault", {{"what", what}});
          exchange->fail({500, "banyan.fault", "the request failed; the log has the cause"});
        });
  });
  if (!taken) {
    http::Response busy =
        binding::problem({ErrorCode::Unavailable,
                          "banyan.too_busy",
                          "all workers for the " + std::string(to_string(effect)) + "s of " +
                              module.name() + " are busy and their queue is full; try again soon",
                          {}},
                         correlation_id);
    busy.head.fields.set("X-Correlation-Id", correlation_id);
    exchange->respond(std::move(busy));
    parts_.metrics.requests.record(operation.port->name, operation.operation->name, "local", true,
                                   {});
  }
}

void Edge::serve(const Exchange& exchange, const binding::BoundOperation& operation,
                 SteadyTime begin, std::string body, const Context& context) {
  http::Response response =
      answer_of(operation, http::Request{exchange->head(), std::move(body)}, context);
  response.head.fields.set("X-Correlation-Id", context.correlation_id);
  const unsigned status = response.head.status;
  exchange->respond(std::move(response));
  note(operation, Side::Local, status, system_clock().steady() - begin, context, {});
}

http::Response Edge::answer_of(const binding::BoundOperation& operation,
                               const http::Request& request, const Context& context) const {
  try {
    return operation.answer(request, context);
  } catch (const std::exception& fault) {
    parts_.log.write(telemetry::Level::Error, "request_fault", context,
                     {{"module", operation.port->name},
                      {"operation", operation.operation->name},
                      {"what", fault.what()}});
    return binding::problem(fault_of(*operation.port, *operation.operation),
                            context.correlation_id);
  }
}

void Edge::forward(const Exchange& exchange, const HostedModule& module,
                   const binding::BoundOperation& operation, const Context& context) {
  http::RequestHead carrier;
  binding::put_context(carrier, context);
  strangler::ForwardOrder order;
  order.group = services_.at(module.entry->port);
  order.side = Side::Remote;
  order.safe_to_repeat = safe_to_repeat(*operation.operation, context.idempotency_key.has_value());
  order.deadline = context.deadline;
  order.request_fields = std::move(carrier.fields);
  order.response_fields.add("X-Correlation-Id", context.correlation_id);
  order.done = [this, &operation, context](const strangler::Outcome& outcome) {
    if (outcome.aborted_by_client()) return;
    note(operation, Side::Remote, outcome.status, outcome.took, context, outcome.message);
  };
  forwarder_.forward(exchange, std::move(order));
}

void Edge::note(const binding::BoundOperation& operation, Side side, unsigned status,
                std::chrono::nanoseconds took, const Context& context, std::string_view problem) {
  const bool failed = status == 0 || status >= 500;
  parts_.metrics.requests.record(operation.port->name, operation.operation->name, to_string(side),
                                 failed, took);
  const auto level = failed ? telemetry::Level::Warning : telemetry::Level::Debug;
  if (!parts_.log.takes(level)) return;
  parts_.log.write(level, "request", context,
                   {{"module", operation.port->name},
                    {"operation", operation.operation->name},
                    {"side", to_string(side)},
                    {"status", status},
                    {"micros", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
                    {"problem", problem}});
}

}  // namespace banyan::host
