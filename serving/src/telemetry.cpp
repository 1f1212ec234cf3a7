// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/telemetry.hpp"

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/serving/metrics.hpp"
#include "banyan/telemetry/contained.hpp"

namespace banyan::serving {
namespace {

/// Version 4, as `service.instance.id` should be: process ids come back, and are the same in every
/// container.
std::string random_uuid(Random& random) {
  const std::uint64_t head = (random.next() & ~std::uint64_t{0xF000}) | 0x4000U;
  const std::uint64_t tail = (random.next() >> 2U) | 0x8000'0000'0000'0000U;
  std::string text;
  append_hex(text, head, 16);
  append_hex(text, tail, 16);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace

Telemetry::Telemetry(const telemetry::Log::Options& options)
    : service(options.service), log(options) {
  metrics.add_samples([this] { return telemetry::samples(log); });
  metrics.add_samples([this] {
    tell_of_folded();
    const std::lock_guard lock(mutex_);
    return std::vector<telemetry::Sample>{
        {metric("banyan_service_info"), {service}, 1.0},
        {metric("banyan_background_faults_total"), {}, static_cast<double>(background_faults_)}};
  });
  health.add("background tasks", false, [this] { return background(); });
}

void Telemetry::background_fault(std::string_view what) noexcept try {
  constexpr std::chrono::seconds kBetweenLines{1};
  const SteadyTime now = system_clock().steady();
  std::uint64_t untold = 0;
  {
    const std::lock_guard lock(mutex_);
    ++background_faults_;
    last_fault_ = now;
    last_message_ = what;
    if (last_told_ && now - *last_told_ < kBetweenLines) {
      ++untold_;
      return;
    }
    last_told_ = now;
    untold = std::exchange(untold_, 0);
  }
  log.write(telemetry::Level::Error, "background_fault",
            {{"message", what}, {"suppressed", untold}});
} catch (const std::exception&) {
  telemetry::contain(
      [this] { fault("something has thrown, and there was no memory to tell what"); }, {});
}

void Telemetry::tell_of_folded() {
  std::string names;
  for (const auto* each : {&metrics.calls, &metrics.requests, &metrics.streams}) {
    for (const telemetry::CallStatistics::Key& key : each->first_folded()) {
      names += (names.empty() ? "" : ", ") + key.module + ' ' + key.operation + ' ' + key.way;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(told_of_folded_, !names.empty()) || names.empty()) return;
  }
  log.write(
      telemetry::Level::Warning, "metrics_folded",
      {{"message", "there are more than " + std::to_string(telemetry::CallStatistics::kMostKeys) +
                       " operations and sides to count: those that came last are counted "
                       "together as \"other\", the first of them " +
                       names}});
}

telemetry::Health::Finding Telemetry::background() const {
  constexpr std::chrono::minutes kOver{1};
  const std::lock_guard lock(mutex_);
  if (!last_fault_ || system_clock().steady() - *last_fault_ > kOver) return {};
  return {false, "a task failed within the last minute: " + last_message_};
}

Result<void> Telemetry::trace(const strangler::TracingPlan& plan, const std::string& version) {
  tracing::RecorderOptions options;
  options.service = service;
  options.version = version;
  options.instance = random_uuid(system_random());
  options.process = ::getpid();
  options.ratio = plan.share.hundredths() / 10'000.0;
  options.slow = plan.slow;
  options.exporting.collector = plan.collector;
  options.exporting.on_change = [this](const std::string& problem) {
    const bool works = problem.empty();
    log.write(works ? telemetry::Level::Info : telemetry::Level::Warning,
              works ? "traces_are_exported" : "traces_cannot_be_exported", {{"message", problem}});
  };
  auto made = tracing::Recorder::make(options, system_clock(), system_random());
  if (!made) return fail(std::move(made).error());
  recorder = std::move(*made);
  metrics.add_samples([this] { return tracing::samples(*recorder); });
  return {};
}

}  // namespace banyan::serving
