// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace recordshop::load {

/// Popularity as in shops: the item of rank r is wanted 1 / r^exponent as often as the first.
class Zipf {
 public:
  /// Of `items` > 0.
  Zipf(std::size_t items, double exponent);
  /// The rank (0 is the most popular) that 64 random bits stand for.
  std::size_t rank(std::uint64_t random) const;

 private:
  std::vector<double> up_to_;  ///< the share of all ranks up to this one
};

}  // namespace recordshop::load
