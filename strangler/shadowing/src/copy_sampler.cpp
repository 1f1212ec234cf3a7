// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/copy_sampler.hpp"

#include <chrono>

namespace banyan::strangler {
namespace {

constexpr std::uint64_t kAll = 10'000;
constexpr unsigned kHalf = 32;

}  // namespace

/// As evenly as whole numbers allow: of 25 % every fourth.
bool CopySampler::is_in_share(std::uint64_t number, Percent share) {
  const std::uint64_t hundredths = share.hundredths();
  return (number + 1) * hundredths / kAll != number * hundredths / kAll;
}

bool CopySampler::takes(Percent share, std::uint32_t at_least, SteadyTime now) {
  if (is_in_share(requests_.fetch_add(1, std::memory_order_relaxed), share)) return true;
  if (at_least == 0) return false;
  const auto minute = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count() + 1);
  std::uint64_t seen = minute_.load(std::memory_order_relaxed);
  while (true) {
    const std::uint64_t count = seen >> kHalf == (minute & UINT32_MAX) ? seen & UINT32_MAX : 0;
    if (count >= at_least) return false;
    const std::uint64_t next = (minute & UINT32_MAX) << kHalf | (count + 1);
    if (minute_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return true;
  }
}

bool CopySampler::is_for_noise(Percent noise) {
  return is_in_share(copies_.fetch_add(1, std::memory_order_relaxed), noise);
}

}  // namespace banyan::strangler
