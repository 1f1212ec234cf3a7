// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace banyan {

/// Where randomness comes from. Safe for concurrent use.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
};

/// Unpredictable numbers from the operating system (getrandom(2)): what ids are made of.
Random& system_random();

/// The same numbers for the same seed on every machine (splitmix64): for generators, tests and
/// simulation. Threads that share one share its numbers, in no particular order.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace banyan
