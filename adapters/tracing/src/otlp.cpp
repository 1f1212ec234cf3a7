// SPDX-License-Identifier: Apache-2.0
#include "otlp.hpp"

#include <otlp.pb.h>

#include <charconv>
#include <variant>

#include "banyan/json/utf8.hpp"

namespace banyan::tracing {
namespace {

/// The first one that has all the names that are said: `db.system.name` is the latest.
constexpr std::string_view kSchema = "https://opentelemetry.io/schemas/1.30.0";

/// Bits 8 and 9 of the flags: it is known whether the parent is remote, and it is.
constexpr std::uint32_t kParentKnown = 0x100;
constexpr std::uint32_t kParentRemote = 0x200;

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    unsigned char byte = 0;
    std::from_chars(hex.data(), hex.data() + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

/// Texts of protobuf are UTF-8; what a client sent may be anything.
std::string text_of(std::string_view text) { return json::repaired(text); }

struct WriteValue {
  otlp::AnyValue& to;
  void operator()(std::string_view value) const { to.set_string_value(text_of(value)); }
  void operator()(std::int64_t value) const { to.set_int_value(value); }
  void operator()(double value) const { to.set_double_value(value); }
  void operator()(bool value) const { to.set_bool_value(value); }
};

void write(otlp::Span& to, const SpanRecord& span, const FinishedTrace& trace) {
  to.set_trace_id(bytes_of(trace.trace_id));
  to.set_span_id(bytes_of(span.id()));
  to.set_parent_span_id(bytes_of(span.parent()));
  to.set_trace_state(text_of(trace.state));
  to.set_name(text_of(span.name()));
  to.set_kind(static_cast<std::int32_t>(span.kind));
  to.set_start_time_unix_nano(trace.unix_nanos(span.started));
  to.set_end_time_unix_nano(trace.unix_nanos(span.finished));
  for (const SpanRecord::Attribute& attribute : span.attributes()) {
    otlp::KeyValue& pair = *to.add_attributes();
    pair.set_key(std::string(attribute.key));
    std::visit(WriteValue{*pair.mutable_value()}, attribute.value);
  }
  to.set_dropped_attributes_count(span.dropped_attributes);
  for (const SpanRecord::Event& event : span.events()) {
    auto& made = *to.add_events();
    made.set_time_unix_nano(trace.unix_nanos(event.at));
    made.set_name(std::string(event.name));
  }
  to.set_dropped_events_count(span.dropped_events);
  if (span.status != SpanStatus::Unset) {
    to.mutable_status()->set_code(static_cast<std::int32_t>(span.status));
    to.mutable_status()->set_message(text_of(span.message));
  }
  to.set_flags((trace.sampled ? 1U : 0U) | kParentKnown |
               (span.remote_parent ? kParentRemote : 0U));
}

void add(otlp::Resource& to, const std::string& key, const std::string& value) {
  if (value.empty()) return;
  otlp::KeyValue& pair = *to.add_attributes();
  pair.set_key(key);
  pair.mutable_value()->set_string_value(text_of(value));
}

}  // namespace

std::string encode(Traces traces, const RecorderOptions& who) {
  otlp::ExportTraceServiceRequest request;
  otlp::ResourceSpans& ours = *request.add_resource_spans();
  ours.set_schema_url(std::string(kSchema));
  add(*ours.mutable_resource(), "service.name", who.service);
  add(*ours.mutable_resource(), "service.version", who.version);
  add(*ours.mutable_resource(), "service.instance.id", who.instance);
  if (who.process != 0) {
    otlp::KeyValue& pid = *ours.mutable_resource()->add_attributes();
    pid.set_key("process.pid");
    pid.mutable_value()->set_int_value(who.process);
  }
  add(*ours.mutable_resource(), "telemetry.sdk.name", "banyan");
  add(*ours.mutable_resource(), "telemetry.sdk.language", "cpp");
  otlp::ScopeSpans& scope = *ours.add_scope_spans();
  scope.mutable_scope()->set_name("banyan");
  for (const auto& trace : traces) {
    for (const auto& span : trace->spans) write(*scope.add_spans(), *span, *trace);
  }
  return request.SerializeAsString();
}

Refused refused_in(std::string_view answer) {
  otlp::ExportTraceServiceResponse response;
  if (!response.ParseFromArray(answer.data(), static_cast<int>(answer.size()))) return {};
  const auto& partial = response.partial_success();
  return {partial.rejected_spans() > 0 ? static_cast<std::uint64_t>(partial.rejected_spans()) : 0,
          partial.error_message()};
}

}  // namespace banyan::tracing
