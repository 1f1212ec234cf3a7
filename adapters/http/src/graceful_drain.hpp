// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace banyan::http {

/// When each connection is told that its next answer is the last one: not all at the same moment,
/// for then all clients would come back, somewhere else, at the same moment. Safe for concurrent
/// use; costs one load as long as nobody has to go.
class GracefulDrain {
 public:
  void begin(std::chrono::milliseconds spread) {
    spread_.store(std::chrono::nanoseconds(spread).count(), std::memory_order_relaxed);
    begun_.store(now(), std::memory_order_release);
  }

  bool due(const void* connection) const noexcept {
    const std::int64_t begun = begun_.load(std::memory_order_acquire);
    return begun != 0 && now() - begun >= turn(connection);
  }

 private:
  static std::int64_t now() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch().count();
  }
  /// The same for the same connection, spread evenly over all of them.
  std::int64_t turn(const void* connection) const noexcept {
    auto bits = reinterpret_cast<std::uintptr_t>(connection) * 0x9E3779B97F4A7C15U;
    bits = (bits ^ (bits >> 29U)) * 0xBF58476D1CE4E5B9U;
    const double share = static_cast<double>(bits >> 11U) * 0x1.0p-53;
    return static_cast<std::int64_t>(static_cast<double>(spread_.load(std::memory_order_relaxed)) *
                                     share);
  }

  std::atomic<std::int64_t> begun_ = 0;
  std::atomic<std::int64_t> spread_ = 0;
};

}  // namespace banyan::http
