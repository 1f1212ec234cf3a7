// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cstddef>
#include <limits>
#include <map>
#include <sstream>

#include "banyan/telemetry/log.hpp"

namespace banyan::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

prometheus::MetricType type_of(MetricType type) {
  switch (type) {
    case MetricType::Counter: return prometheus::MetricType::Counter;
    case MetricType::Gauge: return prometheus::MetricType::Gauge;
    case MetricType::Histogram: return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

MetricFamily family_of(const Metric& metric) {
  return {std::string(metric.name), std::string(metric.help), type_of(metric.type), {}};
}

/// With the labels that there are values for.
ClientMetric with_labels(const Metric& metric, const std::vector<std::string>& values) {
  ClientMetric made;
  for (std::size_t i = 0; i < values.size() && i < metric.labels.size(); ++i) {
    made.label.push_back({std::string(metric.labels.at(i)), values[i]});
  }
  return made;
}

ClientMetric histogram_of(const CallStatistics::Row& row, const Metric& duration,
                          const std::vector<std::string>& labels) {
  ClientMetric metric = with_labels(duration, labels);
  metric.histogram.sample_count = row.latency.count;
  metric.histogram.sample_sum = row.latency.sum_seconds;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
    cumulative += row.latency.buckets.at(i);
    const bool last = i + 1 == LatencyHistogram::kBuckets;
    metric.histogram.bucket.push_back({cumulative, last ? std::numeric_limits<double>::infinity()
                                                        : LatencyHistogram::bound_seconds(i)});
  }
  return metric;
}

/// Most of the text are the buckets, so those of what was never done are left out.
void add_calls(std::vector<MetricFamily>& families, const CallStatistics& statistics,
               const Metric& count, const Metric& duration) {
  MetricFamily total = family_of(count);
  MetricFamily seconds = family_of(duration);
  for (const CallStatistics::Row& row : statistics.read()) {
    std::vector<std::string> labels = {row.key.module, row.key.operation, row.key.way};
    if (row.latency.count > 0) seconds.metric.push_back(histogram_of(row, duration, labels));
    labels.emplace_back();
    for (const bool failed : {false, true}) {
      labels.back() = failed ? "error" : "ok";
      ClientMetric counter = with_labels(count, labels);
      counter.counter.value =
          static_cast<double>(failed ? row.failures : row.latency.count - row.failures);
      total.metric.push_back(std::move(counter));
    }
  }
  families.push_back(std::move(total));
  families.push_back(std::move(seconds));
}

}  // namespace

std::vector<Sample> samples(const Log& log) {
  return {{declared(kMetrics, "banyan_log_lines_dropped_total"),
           {},
           static_cast<double>(log.dropped())}};
}

std::string Metrics::exposition() const {
  std::vector<MetricFamily> families;
  add_calls(families, calls, declared(kMetrics, "banyan_port_calls_total"),
            declared(kMetrics, "banyan_port_call_duration_seconds"));
  add_calls(families, requests, declared(kMetrics, "banyan_http_requests_total"),
            declared(kMetrics, "banyan_http_request_duration_seconds"));
  add_calls(families, streams, declared(kMetrics, "banyan_http_streams_total"),
            declared(kMetrics, "banyan_http_stream_duration_seconds"));
  MetricFamily folded = family_of(declared(kMetrics, "banyan_metrics_folded_total"));
  folded.metric.emplace_back().counter.value =
      static_cast<double>(calls.folded() + requests.folded() + streams.folded());
  families.push_back(std::move(folded));
  std::map<std::string_view, MetricFamily> by_name;
  for (const auto& source : sources_) {
    for (const Sample& sample : source()) {
      MetricFamily& family =
          by_name.try_emplace(sample.metric.name, family_of(sample.metric)).first->second;
      ClientMetric metric = with_labels(sample.metric, sample.labels);
      (sample.metric.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) =
          sample.value;
      family.metric.push_back(std::move(metric));
    }
  }
  for (auto& [name, family] : by_name) families.push_back(std::move(family));
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace banyan::telemetry
