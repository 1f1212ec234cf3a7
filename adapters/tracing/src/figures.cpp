// SPDX-License-Identifier: Apache-2.0
#include "banyan/tracing/metrics.hpp"
#include "banyan/tracing/recorder.hpp"

namespace banyan::tracing {

using telemetry::declared;

std::vector<telemetry::Sample> samples(const Recorder& recorder) {
  const Figures figures = recorder.figures();
  std::vector<telemetry::Sample> all;
  const auto add = [&all](const telemetry::Metric& metric, std::uint64_t value) {
    all.push_back({metric, {}, static_cast<double>(value)});
  };
  add(declared(kMetrics, "banyan_traces_recorded_total"), figures.traces);
  add(declared(kMetrics, "banyan_traces_sampled_total"), figures.sampled);
  add(declared(kMetrics, "banyan_traces_kept_total"), figures.kept);
  add(declared(kMetrics, "banyan_trace_spans_dropped_total"), figures.spans_dropped);
  if (recorder.options().exporting.collector.empty()) return all;
  add(declared(kMetrics, "banyan_trace_export_spans_total"), figures.exported);
  add(declared(kMetrics, "banyan_trace_export_spans_dropped_total"), figures.export_dropped);
  add(declared(kMetrics, "banyan_trace_export_spans_refused_total"), figures.export_refused);
  add(declared(kMetrics, "banyan_trace_export_spans_queued"), figures.export_queued);
  return all;
}

}  // namespace banyan::tracing
