// SPDX-License-Identifier: Apache-2.0
#include "catching_up.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace banyan::host {

bool CatchingUp::excuses(const Timestamp& published, const Timestamp& now) {
  if (std::exchange(interrupted_, false)) {
    const std::int64_t waited = std::clamp<std::int64_t>(
        now.micros - published.micros, 0, std::chrono::microseconds(kLongestWait).count());
    border_ = now;
    until_ = {now.micros + kTimes * waited};
    return true;
  }
  if (published > border_) return false;
  if (now <= until_) border_ = now;
  return true;
}

}  // namespace banyan::host
