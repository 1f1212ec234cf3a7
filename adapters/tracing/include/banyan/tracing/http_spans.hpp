// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "banyan/http/endpoint.hpp"
#include "banyan/kernel/tracing.hpp"

/// The spans of requests over HTTP, with the attributes of OpenTelemetry's semantic conventions.
/// Queries are left out: people put secrets there.
namespace banyan::tracing {

/// A request that came in.
struct ServerRequest {
  std::string_view method;
  std::string_view target;  ///< as it came; the query is not recorded
  std::string_view scheme = "http";
  std::string_view host;            ///< the field Host
  std::string_view client_address;  ///< "" when unknown
  std::string_view correlation_id;
  /// The pattern that it was matched to, e.g. "/orders/{id}"; "" when it matches nothing, or is
  /// not known yet (see matched()).
  std::string_view route{};
};

/// Begins the span of a request that came in, now. `parent` is what http::trace_from() found, or
/// null; `trace_id` is of the trace that begins otherwise, "" makes one up. Without a tracer, or if
/// it does not record this trace, the span records nothing.
///
///     const auto parent = http::trace_from(head.fields);
///     Span span = begin_server_span(tracer, parent ? &*parent : nullptr, request);
///     span.enter(context);                                       // for local operations
///     Span attempt = begin_client_span(span, method, endpoint);  // for a forwarded attempt
///     send(attempt.sampled() ? attempt.traceparent() : what came);
///     answered(attempt, 200); attempt.finish();
///     answered(span, 200); span.finish();
Span begin_server_span(Tracer* tracer, const TraceContext* parent, const ServerRequest& request,
                       std::string_view trace_id = {}) noexcept;

/// The same for who records afterwards (see Tracer::keeps()). `trace_id` is the one that samples()
/// was asked about, so that it is not decided a second time; "" if it was not.
Span begin_server_span_at(Tracer* tracer, const TraceContext* parent, const ServerRequest& request,
                          std::string_view trace_id, SteadyTime started) noexcept;

/// The span is named "METHOD /route" then.
void matched(Span& span, std::string_view method, std::string_view route) noexcept;

/// An attempt to have a request answered elsewhere, inside of `server`. `attempt` counts from 0.
Span begin_client_span(const Span& server, std::string_view method, const http::Endpoint& to,
                       unsigned attempt = 0) noexcept;
Span begin_client_span_at(const Span& server, std::string_view method, const http::Endpoint& to,
                          unsigned attempt, SteadyTime started) noexcept;

/// Of servers' and clients' spans: from 500 on it is an error. 4xx is a mistake of the client, and
/// no error of a server's span nor of a proxy's client span.
void answered(Span& span, unsigned status) noexcept;

/// No answer. `error_type` is a short stable name: "timeout", "connection_lost", …
void failed(Span& span, std::string_view error_type, std::string_view message) noexcept;

}  // namespace banyan::tracing
