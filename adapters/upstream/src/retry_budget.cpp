// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/retry_budget.hpp"

#include <chrono>

namespace banyan::upstream {

bool RetryBudget::take(std::uint64_t requests, double part) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now =
      std::chrono::floor<std::chrono::seconds>(clock_->steady().time_since_epoch()).count();
  std::uint64_t retries = 0;
  for (const Second& second : seconds_) {
    if (second.number > now - std::int64_t{kSeconds}) retries += second.retries;
  }
  const double allowed = rules_.share * static_cast<double>(requests) +
                         static_cast<double>(rules_.per_second) * double{kSeconds};
  if (static_cast<double>(retries) + 1 > allowed * part) {
    ++report_.denied;
    return false;
  }
  Second& second = seconds_[static_cast<std::size_t>(now) % kSeconds];
  if (second.number != now) second = {now, 0};
  ++second.retries;
  ++report_.made;
  return true;
}

RetryBudget::Report RetryBudget::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

}  // namespace banyan::upstream
