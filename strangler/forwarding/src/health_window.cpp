// SPDX-License-Identifier: Apache-2.0
#include "forwarding/health_window.hpp"

namespace banyan::strangler {

std::string_view to_string(InstanceState state) {
  switch (state) {
    case InstanceState::Healthy: return "healthy";
    case InstanceState::Ill: return "ill";
    case InstanceState::OnTrial: return "on_trial";
  }
  return "healthy";
}

std::int64_t HealthWindow::second_of(SteadyTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void HealthWindow::record(bool failed, SteadyTime now) {
  const std::int64_t number = second_of(now);
  Second& second = seconds_[static_cast<std::size_t>(number) % kSeconds];
  if (second.number != number) second = {number, {}};
  ++second.counts.requests;
  trying_ = false;
  if (!failed) {
    failures_in_a_row_ = 0;
    // A late success of a request that was sent before the illness proves nothing about now.
    if (state(now) == InstanceState::OnTrial) {
      ill_ = false;
      seconds_.fill({});
    }
    return;
  }
  ++second.counts.failures;
  ++failures_in_a_row_;
  if (state(now) == InstanceState::OnTrial) return fall_ill(now);
  if (ill_) return;
  const Counts recent = counts(now);
  const bool many = recent.requests >= rules_.least_requests &&
                    static_cast<double>(recent.failures) >=
                        rules_.failure_share * static_cast<double>(recent.requests);
  if (many || failures_in_a_row_ >= rules_.consecutive_failures) fall_ill(now);
}

void HealthWindow::fall_ill(SteadyTime now) {
  ill_ = true;
  ill_since_ = now;
}

bool HealthWindow::admits(SteadyTime now) const {
  switch (state(now)) {
    case InstanceState::Healthy: return true;
    case InstanceState::Ill: return false;
    case InstanceState::OnTrial: return !trying_;
  }
  return true;
}

void HealthWindow::admit(SteadyTime now) {
  if (state(now) == InstanceState::OnTrial) trying_ = true;
}

InstanceState HealthWindow::state(SteadyTime now) const {
  if (!ill_) return InstanceState::Healthy;
  return now - ill_since_ < rules_.rest ? InstanceState::Ill : InstanceState::OnTrial;
}

HealthWindow::Counts HealthWindow::counts(SteadyTime now) const {
  const std::int64_t number = second_of(now);
  Counts sum;
  for (const Second& second : seconds_) {
    if (second.number < 0 || number - second.number >= static_cast<std::int64_t>(kSeconds))
      continue;
    sum.requests += second.counts.requests;
    sum.failures += second.counts.failures;
  }
  return sum;
}

}  // namespace banyan::strangler
