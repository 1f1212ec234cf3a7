// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/telemetry/call_statistics.hpp"
#include "banyan/telemetry/metric.hpp"

namespace banyan::telemetry {

inline constexpr std::array kMetrics = std::to_array<Metric>({
    {"banyan_port_calls_total",
     MetricType::Counter,
     "Calls of modules' operations",
     {"module", "operation", "binding", "outcome"}},
    {"banyan_port_call_duration_seconds",
     MetricType::Histogram,
     "Time that calls of modules' operations took",
     {"module", "operation", "binding"}},
    {"banyan_http_requests_total",
     MetricType::Counter,
     "Requests of clients",
     {"module", "operation", "side", "outcome"}},
    {"banyan_http_request_duration_seconds",
     MetricType::Histogram,
     "Time to the head of the answer to a request",
     {"module", "operation", "side"}},
    {"banyan_http_streams_total",
     MetricType::Counter,
     "Answers that were streams of events, and connections that became WebSockets",
     {"module", "operation", "side", "outcome"}},
    {"banyan_http_stream_duration_seconds",
     MetricType::Histogram,
     "Time that streams and WebSockets lasted",
     {"module", "operation", "side"}},
    {"banyan_metrics_folded_total", MetricType::Counter,
     "Samples counted as module=\"other\", for there were more operations than are told apart"},
    {"banyan_log_lines_dropped_total", MetricType::Counter,
     "Lines of the log that were dropped: nobody read them, or not fast enough"},
});

class Log;
/// banyan_log_lines_dropped_total.
std::vector<Sample> samples(const Log& log);

/// What a process has to tell Prometheus: the statistics of its port calls and of the requests at
/// its edge, and samples that are taken on demand. Safe for concurrent use after set-up.
class Metrics {
 public:
  CallStatistics calls;  ///< banyan_port_calls_total, banyan_port_call_duration_seconds
  /// banyan_http_requests_total, and banyan_http_request_duration_seconds: to the head of the
  /// answer.
  CallStatistics requests;
  /// Of answers that are streams and of connections that switched protocols: how long they lived.
  /// banyan_http_streams_total, banyan_http_stream_duration_seconds.
  CallStatistics streams;

  /// Asked at every scrape; set up before the first.
  void add_samples(std::function<std::vector<Sample>()> source) {
    sources_.push_back(std::move(source));
  }

  /// The text exposition format 0.0.4.
  std::string exposition() const;

 private:
  std::vector<std::function<std::vector<Sample>()>> sources_;
};

}  // namespace banyan::telemetry
