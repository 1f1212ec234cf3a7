// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "banyan/verdict/error_burst.hpp"
#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

/// Numbers at random, the same for the same seed, without an atomic: days are simulated.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  double share() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  /// How many of `of` happen, each with that probability: by the gaps between them.
  std::uint64_t some(std::uint64_t of, double probability) {
    if (probability <= 0) return 0;
    std::uint64_t happened = 0;
    const double log_not = std::log1p(-std::min(probability, 1 - 1e-12));
    for (double at = std::floor(std::log1p(-share()) / log_not); at < static_cast<double>(of);
         at += 1 + std::floor(std::log1p(-share()) / log_not)) {
      ++happened;
    }
    return happened;
  }

 private:
  std::uint64_t state_;
};

/// What a side is like.
struct SideNature {
  double failures = 0.001;
  double slowness = 1;  ///< times as long as usual
};

/// Requests in ticks: log-normal times around 20 ms with a long tail, failures one by one.
class SimulatedTraffic {
 public:
  struct Shape {
    double per_second = 1'000;
    double share = 0.01;
    std::chrono::milliseconds tick{250};
  };

  SimulatedTraffic(Shape shape, std::uint64_t seed) : shape_(shape), dice_(seed) {
    for (std::size_t i = 0; i < times_.size(); ++i) {
      const double quantile = (static_cast<double>(i) + 0.5) / static_cast<double>(times_.size());
      times_[i] = 20'000 * std::exp(0.6 * normal(quantile));
    }
  }

  Moment tick(const SideNature& new_side, const SideNature& old_side) {
    const double seconds = std::chrono::duration<double>(shape_.tick).count();
    const double all = shape_.per_second * seconds;
    const std::uint64_t of_new = arrivals(all * shape_.share, new_carry_);
    const std::uint64_t of_control =
        arrivals(all * std::min(shape_.share, 1 - shape_.share), control_carry_);
    const std::uint64_t of_rest = arrivals(all * std::max(0.0, 1 - 2 * shape_.share), rest_carry_);
    Moment moment;
    fill(moment.new_side, of_new, new_side, true);
    fill(moment.control, of_control, old_side, true);
    moment.old_side = moment.control;
    fill(moment.old_side, of_rest, old_side, false);
    return moment;
  }

  Dice& dice() { return dice_; }

 private:
  static std::uint64_t arrivals(double expected, double& carry) {
    carry += expected;
    const double whole = std::floor(carry + 1e-9);
    carry -= whole;
    return static_cast<std::uint64_t>(whole);
  }

  void fill(Window& window, std::uint64_t requests, const SideNature& side, bool times) {
    window.requests += requests;
    window.errors += dice_.some(requests, side.failures);
    for (std::uint64_t i = 0; times && i < requests; ++i) {
      const double time = times_[dice_.next() % times_.size()] * side.slowness;
      window.latency.add(std::chrono::microseconds(static_cast<std::int64_t>(time)));
    }
  }

  /// The quantile of the normal distribution, by halving.
  static double normal(double quantile) {
    double low = -8;
    double high = 8;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (0.5 * std::erfc(-middle / std::sqrt(2.0)) < quantile ? low : high) = middle;
    }
    return low;
  }

  Shape shape_;
  Dice dice_;
  std::array<double, 4'096> times_{};
  double new_carry_ = 0;
  double control_carry_ = 0;
  double rest_carry_ = 0;
};

/// How many seeds a simulation runs through: a few, or BANYAN_SIMULATIONS times as many.
inline int simulations(int few) {
  const char* const times = std::getenv("BANYAN_SIMULATIONS");
  return few * (times == nullptr ? 1 : std::max(1, std::atoi(times)));
}

}  // namespace banyan::strangler
