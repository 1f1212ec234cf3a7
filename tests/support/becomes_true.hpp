// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <thread>

namespace banyan::test {

/// How a test waits. `longest` is only over where something is broken, or hangs.
struct Waiting {
  std::chrono::seconds longest{60};
  std::chrono::milliseconds pause{2};  ///< between two looks
};

/// Looks until the condition is true; whether it was before `longest` was over.
template <class Condition>
[[nodiscard]] bool becomes_true(Condition&& condition, const Waiting& waiting = {}) {
  const auto end = std::chrono::steady_clock::now() + waiting.longest;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(waiting.pause);
  }
  return true;
}

}  // namespace banyan::test
