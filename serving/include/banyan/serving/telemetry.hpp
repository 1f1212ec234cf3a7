// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/telemetry/health.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/telemetry/metrics.hpp"
#include "banyan/tracing/recorder.hpp"

namespace banyan::serving {

/// What a process says about itself. Outlives everything that has something to say.
struct Telemetry {
  explicit Telemetry(const telemetry::Log::Options& options);

  /// Something went wrong that is nobody's answer.
  void fault(std::string_view what) const {
    log.write(telemetry::Level::Error, "fault", {{"message", what}});
  }

  /// Something has thrown that nobody waits for, such as a task of a scheduler: logged once a
  /// second at most, counted, and in health until a minute has passed without another. Any thread;
  /// waits for nobody who reads.
  void background_fault(std::string_view what) noexcept;

  /// Records traces from now on. Once, before anything is traced. What is wrong with the plan.
  Result<void> trace(const strangler::TracingPlan& plan, const std::string& version);
  /// Null: nobody records.
  Tracer* tracer() const { return recorder.get(); }

  const std::string service;  ///< the one name that log, metrics and pages have
  telemetry::Log log;
  telemetry::Metrics metrics;
  telemetry::Health health{system_clock()};
  std::unique_ptr<tracing::Recorder> recorder;

 private:
  telemetry::Health::Finding background() const;
  /// Says in the log, once, which figures have no row of their own.
  void tell_of_folded();

  mutable std::mutex mutex_;
  std::uint64_t background_faults_ = 0;
  std::uint64_t untold_ = 0;
  std::optional<SteadyTime> last_fault_;
  std::optional<SteadyTime> last_told_;
  std::string last_message_;
  bool told_of_folded_ = false;
};

}  // namespace banyan::serving
