// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "banyan/comparison/comparator.hpp"

namespace banyan::strangler {

/// What is thought of a field that differs.
enum class Opinion : std::uint8_t {
  Difference,  ///< between old and new it differs otherwise than the old side from itself
  Suspect,     ///< it looks like that, and chance is not ruled out yet
  Noise,       ///< no more than the old side from itself
};
std::string_view to_string(Opinion opinion);

/// How often and how far a field differed, between old and new and between old and old.
struct FieldCounts {
  std::array<std::uint64_t, kApartSteps> old_new{};  ///< by Apart; each pair of answers counts once
  std::array<std::uint64_t, kApartSteps> old_old{};
  std::uint64_t old_new_pairs = 0;  ///< compared, whether they differed or not
  std::uint64_t old_old_pairs = 0;

  std::uint64_t old_new_differing() const;
  std::uint64_t old_old_differing() const;
};

struct NoiseOpinion {
  Opinion opinion = Opinion::Suspect;
  /// That it is more than chance: 1 minus the probability of such counts, or more extreme ones,
  /// when the new side is as noisy as the old one.
  double confidence = 0;
};

/// Decides by Fisher's exact test at each threshold of Apart that occurs: is the share of pairs
/// that are so far apart, or further, larger between old and new? The smallest probability, times
/// the number of thresholds (Bonferroni), is compared with `error_rate`. A field that is noisy in
/// every answer, a timestamp for one, is found out all the same when the new side's values are
/// further apart than the old side's own. Without any pair of old and old every difference is one.
NoiseOpinion judge(const FieldCounts& counts, double error_rate);

}  // namespace banyan::strangler
