// SPDX-License-Identifier: Apache-2.0
#include "load/zipf.hpp"

#include <algorithm>
#include <cmath>

namespace recordshop::load {

Zipf::Zipf(std::size_t items, double exponent) {
  double sum = 0;
  for (std::size_t i = 1; i <= items; ++i) {
    sum += 1 / std::pow(static_cast<double>(i), exponent);
    up_to_.push_back(sum);
  }
  for (double& each : up_to_) each /= sum;
}

std::size_t Zipf::rank(std::uint64_t random) const {
  const double point = static_cast<double>(random >> 11U) * 0x1p-53;
  const auto found = std::ranges::upper_bound(up_to_, point);
  return std::min(static_cast<std::size_t>(found - up_to_.begin()), up_to_.size() - 1);
}

}  // namespace recordshop::load
