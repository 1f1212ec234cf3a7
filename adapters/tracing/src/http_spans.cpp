// SPDX-License-Identifier: Apache-2.0
#include "banyan/tracing/http_spans.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace banyan::tracing {
namespace {

/// RFC 9110 and 5789. Others could be anything, and there must not be too many of them.
constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

bool is_known(std::string_view method) {
  return std::ranges::find(kMethods, method) != kMethods.end();
}

/// As semantic conventions name spans of unknown methods.
std::string_view name_of(std::string_view method) { return is_known(method) ? method : "HTTP"; }

void set_method(Span& span, std::string_view method) {
  span.set("http.request.method", is_known(method) ? method : std::string_view("_OTHER"));
  if (!is_known(method)) span.set("http.request.method_original", method);
}

/// "shop.example:8080", "[::1]:8080", "shop.example"
void set_host(Span& span, std::string_view host) {
  if (host.empty()) return;
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  std::uint16_t port = 0;
  if (has_port) std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
  if (has_port) host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  span.set("server.address", host);
  if (port != 0) span.set("server.port", port);
}

void describe(Span& span, const ServerRequest& request) {
  if (!span.recording()) return;
  set_method(span, request.method);
  span.set("url.path", request.target.substr(0, request.target.find('?')));
  span.set("url.scheme", request.scheme);
  set_host(span, request.host);
  if (!request.client_address.empty()) span.set("client.address", request.client_address);
  if (!request.correlation_id.empty()) span.set("banyan.correlation_id", request.correlation_id);
  if (!request.route.empty()) matched(span, request.method, request.route);
}

Tracer::Beginning beginning_of(const TraceContext* parent, const ServerRequest& request,
                               std::string_view trace_id) {
  return {.parent = parent,
          .trace_id = trace_id,
          .kind = SpanKind::Server,
          .name = name_of(request.method)};
}

void describe(Span& span, std::string_view method, const http::Endpoint& to, unsigned attempt) {
  if (!span.recording()) return;
  set_method(span, method);
  if (http::is_unix(to)) {
    span.set("network.transport", "unix");
    span.set("server.address", http::unix_path(to));
  } else {
    span.set("server.address", to.host);
    span.set("server.port", to.port);
  }
  if (attempt > 0) span.set("http.request.resend_count", attempt);
}

}  // namespace

Span begin_server_span(Tracer* tracer, const TraceContext* parent, const ServerRequest& request,
                       std::string_view trace_id) noexcept {
  if (tracer == nullptr) return {};
  Span span = tracer->begin(beginning_of(parent, request, trace_id));
  describe(span, request);
  return span;
}

Span begin_server_span_at(Tracer* tracer, const TraceContext* parent, const ServerRequest& request,
                          std::string_view trace_id, SteadyTime started) noexcept {
  if (tracer == nullptr) return {};
  Span span = tracer->begin_at(beginning_of(parent, request, trace_id), started);
  describe(span, request);
  return span;
}

void matched(Span& span, std::string_view method, std::string_view route) noexcept {
  if (!span.recording()) return;
  span.rename(name_of(method), ' ', route);
  span.set("http.route", route);
}

Span begin_client_span(const Span& server, std::string_view method, const http::Endpoint& to,
                       unsigned attempt) noexcept {
  Span span = server.child(SpanKind::Client, name_of(method));
  describe(span, method, to, attempt);
  return span;
}

Span begin_client_span_at(const Span& server, std::string_view method, const http::Endpoint& to,
                          unsigned attempt, SteadyTime started) noexcept {
  Span span = server.child(SpanKind::Client, name_of(method), started);
  describe(span, method, to, attempt);
  return span;
}

void answered(Span& span, unsigned status) noexcept {
  if (!span.recording()) return;
  span.set("http.response.status_code", status);
  if (status < 500) return;
  std::array<char, 12> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), status).ptr;
  span.set("error.type",
           std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  span.fail({});
}

void failed(Span& span, std::string_view error_type, std::string_view message) noexcept {
  span.set("error.type", error_type);
  span.fail(message);
}

}  // namespace banyan::tracing
