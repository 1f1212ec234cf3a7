// SPDX-License-Identifier: Apache-2.0
#include "rollout_samples.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "banyan/serving/metrics.hpp"
#include "banyan/shadowing/findings.hpp"

namespace banyan::serving {
namespace {

/// Those of one rollout, whose name is the first label of each.
class RolloutSamples final {
 public:
  RolloutSamples(const RolloutFigures& rollout, std::vector<telemetry::Sample>& all)
      : rollout_(rollout), all_(all) {}

  void add_copies() {
    const auto counts = rollout_.shadow.counts.read();
    add(metric("banyan_shadow_copies_total"), {"other"}, counts.sent);
    add(metric("banyan_shadow_copies_total"), {"old_again"}, counts.sent_again);
    add(metric("banyan_shadow_copies_under_way"), {}, rollout_.shadow.under_way.taken());
    add(metric("banyan_shadow_memory_bytes"), {}, rollout_.shadow.memory.taken());
    add_each<strangler::CopyFailure::Kind>(metric("banyan_shadow_copies_failed_total"),
                                           counts.failed);
    add_each<strangler::CopyDropped>(metric("banyan_shadow_copies_dropped_total"), counts.dropped);
  }

  void add_fallbacks() {
    for (const Effect effect : {Effect::Read, Effect::Write}) {
      add(metric("banyan_fallbacks_total"), {std::string(to_string(effect))},
          rollout_.fallbacks[static_cast<std::size_t>(effect)].load());
    }
    add_each<NoFallback>(metric("banyan_fallbacks_refused_total"), rollout_.no_fallbacks);
  }

  void add_forced() {
    add_each<Side>(metric("banyan_forced_requests_total"), rollout_.forced);
    add_each<NotForced>(metric("banyan_forced_requests_refused_total"), rollout_.not_forced);
  }

  void add_comparisons() {
    const auto findings = rollout_.shadow.findings();
    if (!findings) return;
    for (const strangler::OperationReport& each : findings->operations()) {
      add(metric("banyan_comparisons_total"), {each.operation, "same"}, each.same);
      add(metric("banyan_comparisons_total"), {each.operation, "noise"}, each.noise);
      add(metric("banyan_comparisons_total"), {each.operation, "different"}, each.differing);
    }
  }

 private:
  void add(const telemetry::Metric& metric, std::vector<std::string> labels, std::uint64_t value) {
    labels.insert(labels.begin(), rollout_.shadow.name());
    all_.push_back({metric, std::move(labels), static_cast<double>(value)});
  }

  /// Of counters by an enumeration, those that have counted anything.
  template <class Reason>
  void add_each(const telemetry::Metric& metric, const auto& counters) {
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const std::uint64_t times = counters[i];
      if (times != 0) add(metric, {std::string(to_string(static_cast<Reason>(i)))}, times);
    }
  }

  const RolloutFigures& rollout_;
  std::vector<telemetry::Sample>& all_;
};

}  // namespace

std::vector<telemetry::Sample> samples(const RolloutBook& book) {
  std::vector<telemetry::Sample> all;
  for (const auto& rollout : book.all()) {
    RolloutSamples of_one(*rollout, all);
    of_one.add_copies();
    of_one.add_fallbacks();
    of_one.add_forced();
    of_one.add_comparisons();
  }
  return all;
}

}  // namespace banyan::serving
