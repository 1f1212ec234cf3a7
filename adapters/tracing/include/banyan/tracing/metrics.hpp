// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "banyan/telemetry/metric.hpp"

namespace banyan::tracing {

inline constexpr std::array kMetrics = std::to_array<telemetry::Metric>({
    {"banyan_traces_recorded_total", telemetry::MetricType::Counter, "Traces that were recorded"},
    {"banyan_traces_sampled_total", telemetry::MetricType::Counter,
     "Recorded traces that were for export"},
    {"banyan_traces_kept_total", telemetry::MetricType::Counter,
     "Recorded traces that were kept for the page"},
    {"banyan_trace_spans_dropped_total", telemetry::MetricType::Counter,
     "Spans beyond what one trace may have"},
    {"banyan_trace_export_spans_total", telemetry::MetricType::Counter,
     "Spans that the collector has taken"},
    {"banyan_trace_export_spans_dropped_total", telemetry::MetricType::Counter,
     "Spans that found the queue full, or were given up"},
    {"banyan_trace_export_spans_refused_total", telemetry::MetricType::Counter,
     "Spans that the collector has refused"},
    {"banyan_trace_export_spans_queued", telemetry::MetricType::Gauge,
     "Spans that wait to be sent"},
});

}  // namespace banyan::tracing
