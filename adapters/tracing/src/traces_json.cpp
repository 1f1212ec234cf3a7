// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "banyan/tracing/recorder.hpp"

namespace banyan::tracing {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t micros(SteadyTime::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

std::string_view name_of(SpanStatus status) {
  switch (status) {
    case SpanStatus::Unset: return "unset";
    case SpanStatus::Ok: return "ok";
    case SpanStatus::Error: return "error";
  }
  return "";
}

Json json_of(const SpanRecord& span, SteadyTime begin) {
  Json json = {{"id", span.id()},
               {"parent", span.parent()},
               {"name", span.name()},
               {"kind", to_string(span.kind)},
               {"start_us", micros(span.started - begin)},
               {"took_us", micros(span.finished - span.started)},
               {"status", name_of(span.status)}};
  if (!span.message.empty()) json["message"] = span.message;
  Json& attributes = json["attributes"] = Json::object();
  for (const SpanRecord::Attribute& each : span.attributes()) {
    std::visit([&](const auto& value) { attributes[std::string(each.key)] = value; }, each.value);
  }
  Json& events = json["events"] = Json::array();
  for (const SpanRecord::Event& event : span.events()) {
    events.push_back({{"name", event.name}, {"at_us", micros(event.at - begin)}});
  }
  return json;
}

Json json_of(const Recorder::KeptTrace& kept) {
  const FinishedTrace& trace = *kept.trace;
  const SpanRecord& root = trace.root();
  std::vector<const SpanRecord*> spans;
  for (const auto& span : trace.spans) spans.push_back(span.get());
  // The root first, though the clock may have stood still.
  std::ranges::stable_sort(spans, {}, [](const SpanRecord* span) {
    return std::pair(span->started, !span->local_root);
  });
  Json json = {
      {"operation", kept.operation},
      {"reason", to_string(kept.reason)},
      {"trace_id", trace.trace_id},
      {"started",
       to_string(Timestamp{static_cast<std::int64_t>(trace.unix_nanos(root.started) / 1'000)})},
      {"took_us", micros(root.finished - root.started)},
      {"sampled", trace.sampled},
      {"dropped_spans", trace.dropped_spans}};
  Json& list = json["spans"] = Json::array();
  for (const SpanRecord* span : spans) list.push_back(json_of(*span, root.started));
  return json;
}

}  // namespace

std::string traces_json(const Recorder& recorder) {
  const RecorderOptions& options = recorder.options();
  const Figures figures = recorder.figures();
  Json json = {{"slow_ms", options.slow.count()},
               {"ratio", options.ratio},
               {"collector", options.exporting.collector},
               {"figures",
                {{"traces", figures.traces},
                 {"sampled", figures.sampled},
                 {"kept", figures.kept},
                 {"spans_dropped", figures.spans_dropped},
                 {"exported", figures.exported},
                 {"export_dropped", figures.export_dropped},
                 {"export_refused", figures.export_refused},
                 {"export_queued", figures.export_queued},
                 {"export_problem", figures.export_problem}}}};
  Json& traces = json["traces"] = Json::array();
  for (const Recorder::KeptTrace& kept : recorder.kept()) traces.push_back(json_of(kept));
  // What clients sent may be no UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace banyan::tracing
