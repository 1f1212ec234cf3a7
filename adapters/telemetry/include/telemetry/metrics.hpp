// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/call_statistics.hpp"

namespace banyan::telemetry {

/// One value that is read when somebody asks for metrics, e.g. the depth of a queue.
struct Gauge {
  std::string name;  ///< Prometheus name, e.g. "banyan_worker_queue_depth"
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  bool counter = false;  ///< only ever grows; the name then ends in _total
};

class Log;
/// banyan_log_dropped_total.
std::vector<Gauge> gauges(const Log& log);

/// What a process has to tell Prometheus: the statistics of its port calls and of the requests at
/// its edge, and gauges that are read on demand. Safe for concurrent use after set-up.
class Metrics {
 public:
  CallStatistics calls;     ///< banyan_port_calls_total, banyan_port_call_seconds
  CallStatistics requests;  ///< banyan_http_requests_total, banyan_http_request_seconds

  /// Asked at every scrape; set up before the first.
  void add_gauges(std::function<std::vector<Gauge>()> source) {
    gauges_.push_back(std::move(source));
  }

  /// The text exposition format 0.0.4.
  std::string exposition() const;

 private:
  std::vector<std::function<std::vector<Gauge>()>> gauges_;
};

}  // namespace banyan::telemetry
