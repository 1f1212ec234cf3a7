// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "banyan/comparison/comparator.hpp"

namespace banyan::strangler {

/// Collects the differences of one comparison: one for each path, the furthest.
class Findings {
 public:
  explicit Findings(Comparison& comparison) : comparison_(comparison) {}

  void add(Difference difference) {
    for (Difference& each : comparison_.differences) {
      if (each.path != difference.path) continue;
      if (difference.apart > each.apart) each = std::move(difference);
      return;
    }
    if (comparison_.differences.size() >= Comparison::kMost) {
      ++comparison_.folded;
      return;
    }
    comparison_.differences.push_back(std::move(difference));
  }
  void ignored() { ++comparison_.ignored; }

 private:
  Comparison& comparison_;
};

inline constexpr std::size_t kLongestValue = 256;

inline std::string cut(std::string_view raw) {
  return raw.size() <= kLongestValue ? std::string(raw)
                                     : std::string(raw.substr(0, kLongestValue)) + "…";
}

/// Where kinds stand on the scale of Apart.
namespace apart {
inline constexpr Apart kText = 45;  ///< of another form
inline constexpr Apart kBoolean = 46;
inline constexpr Apart kAlias = 47;
inline constexpr Apart kOrder = 50;
inline constexpr Apart kSize = 52;
inline constexpr Apart kPresence = 56;
inline constexpr Apart kType = 60;
inline constexpr Apart kAnswer = 63;  ///< status, bytes
}  // namespace apart

}  // namespace banyan::strangler
