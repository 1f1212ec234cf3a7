// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <thread>

namespace banyan::serving {

/// The time since it was made, as somebody outside of a program measures it.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  /// What takes so long cannot be taken for something that took less.
  void wait_for_more_than(double latency) const {
    while (seconds() <= latency) std::this_thread::yield();
  }

 private:
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace banyan::serving
