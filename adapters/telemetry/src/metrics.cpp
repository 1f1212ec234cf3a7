// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <map>
#include <sstream>

#include "telemetry/log.hpp"

namespace banyan::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void add_calls(std::vector<MetricFamily>& families, const CallStatistics& statistics,
               const std::string& total_name, const std::string& seconds_name,
               const std::string& way_label, const std::string& what) {
  MetricFamily total{total_name, what + ", by outcome", MetricType::Counter, {}};
  MetricFamily seconds{seconds_name, "Time to answer " + what, MetricType::Histogram, {}};
  for (const CallStatistics::Row& row : statistics.read()) {
    const std::vector<ClientMetric::Label> labels = {
        {"module", row.key.module}, {"operation", row.key.operation}, {way_label, row.key.way}};
    for (const bool failed : {false, true}) {
      ClientMetric metric;
      metric.label = labels;
      metric.label.push_back({"outcome", failed ? "error" : "ok"});
      const std::uint64_t count = failed ? row.failures : row.latency.count - row.failures;
      metric.counter.value = static_cast<double>(count);
      total.metric.push_back(std::move(metric));
    }
    ClientMetric metric;
    metric.label = labels;
    metric.histogram.sample_count = row.latency.count;
    metric.histogram.sample_sum = row.latency.sum_seconds;
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
      cumulative += row.latency.buckets.at(i);
      const bool last = i + 1 == LatencyHistogram::kBuckets;
      metric.histogram.bucket.push_back({cumulative, last ? std::numeric_limits<double>::infinity()
                                                          : LatencyHistogram::bound_seconds(i)});
    }
    seconds.metric.push_back(std::move(metric));
  }
  families.push_back(std::move(total));
  families.push_back(std::move(seconds));
}

}  // namespace

std::vector<Gauge> gauges(const Log& log) {
  return {{"banyan_log_dropped_total",
           "lines of the log that were dropped: nobody read them, or not fast enough",
           {},
           static_cast<double>(log.dropped()),
           true}};
}

std::string Metrics::exposition() const {
  std::vector<MetricFamily> families;
  add_calls(families, calls, "banyan_port_calls_total", "banyan_port_call_seconds", "binding",
            "calls of a module's operations");
  add_calls(families, requests, "banyan_http_requests_total", "banyan_http_request_seconds", "side",
            "requests at the edge");
  std::map<std::string, MetricFamily> by_name;
  for (const auto& source : gauges_) {
    for (const Gauge& gauge : source()) {
      MetricFamily& family =
          by_name
              .try_emplace(gauge.name,
                           MetricFamily{gauge.name,
                                        gauge.help,
                                        gauge.counter ? MetricType::Counter : MetricType::Gauge,
                                        {}})
              .first->second;
      ClientMetric metric;
      for (const auto& [name, value] : gauge.labels) metric.label.push_back({name, value});
      (gauge.counter ? metric.counter.value : metric.gauge.value) = gauge.value;
      family.metric.push_back(std::move(metric));
    }
  }
  for (auto& [name, family] : by_name) families.push_back(std::move(family));
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace banyan::telemetry
