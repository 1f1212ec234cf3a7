// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::telemetry {

enum class MetricType : std::uint8_t {
  Counter,    ///< only ever grows; the name ends in _total
  Gauge,      ///< goes up and down
  Histogram,  ///< of durations; the name ends in _seconds
};

/// A metric that is published. Each library declares its metrics in one constexpr array (kMetrics);
/// docs/reference/metrics.md is made of these arrays.
///
/// Names are as Prometheus has them: a unit in the name, in base units (_seconds, _bytes, _ratio),
/// _total for counters, the thing that is measured before what is measured of it.
struct Metric {
  std::string_view name;
  MetricType type;
  std::string_view help;                        ///< without a full stop
  std::array<std::string_view, 4> labels = {};  ///< their names; "" behind the last one
};

/// The metric of that name. Does not compile when it is not declared.
template <std::size_t N>
consteval const Metric& declared(const std::array<Metric, N>& metrics, std::string_view name) {
  for (const Metric& each : metrics) {
    if (each.name == name) return each;
  }
  throw "there is no metric of this name: declare it in kMetrics";
}

/// One value of a counter or a gauge, as it is when somebody asks.
struct Sample {
  Metric metric;
  std::vector<std::string> labels;  ///< the values, in the order of `metric.labels`
  double value = 0;
};

}  // namespace banyan::telemetry
