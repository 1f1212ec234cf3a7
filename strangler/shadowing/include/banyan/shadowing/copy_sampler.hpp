// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "banyan/kernel/clock.hpp"
#include "banyan/stages/percent.hpp"

namespace banyan::strangler {

/// Which reads of one operation are copied: a share of them, evenly, and some in every minute
/// whatever the share, so that what is rarely asked is compared too. By requests and not by users:
/// nobody notices a copy, and what differs for some users only is found sooner. Safe for concurrent
/// use, without a lock.
class CopySampler {
 public:
  /// Whether this one is.
  bool takes(Percent share, std::uint32_t at_least, SteadyTime now);
  /// Of those that are, whether this one asks the old side a second time.
  bool is_for_noise(Percent noise);

 private:
  static bool is_in_share(std::uint64_t number, Percent share);

  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> copies_{0};
  /// The minute in the upper half, how many of it were taken in the lower one.
  std::atomic<std::uint64_t> minute_{0};
};

}  // namespace banyan::strangler
