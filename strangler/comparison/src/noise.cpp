// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/noise.hpp"

#include <algorithm>
#include <numeric>

#include "banyan/statistics/exact_test.hpp"

namespace banyan::strangler {
namespace {

/// Less probable than this is worth a look, though nothing is said for certain.
constexpr double kSuspicious = 0.05;

std::uint64_t sum(const std::array<std::uint64_t, kApartSteps>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace

std::string_view to_string(Opinion opinion) {
  switch (opinion) {
    case Opinion::Difference: return "difference";
    case Opinion::Suspect: return "suspect";
    case Opinion::Noise: return "noise";
  }
  return "suspect";
}

std::uint64_t FieldCounts::old_new_differing() const { return sum(old_new); }
std::uint64_t FieldCounts::old_old_differing() const { return sum(old_old); }

NoiseOpinion judge(const FieldCounts& counts, double error_rate) {
  if (counts.old_old_pairs == 0) return {Opinion::Difference, 1};
  double least = 1;
  std::uint64_t thresholds = 0;
  statistics::Tally suspect{0, counts.old_new_pairs};
  statistics::Tally reference{0, counts.old_old_pairs};
  for (std::size_t i = kApartSteps; i-- > 0;) {
    if (counts.old_new[i] == 0 && counts.old_old[i] == 0) continue;
    ++thresholds;
    suspect.hits += counts.old_new[i];
    reference.hits += counts.old_old[i];
    least = std::min(least, statistics::fisher_more(suspect, reference));
  }
  const double chance =
      std::min(1.0, least * static_cast<double>(std::max<std::uint64_t>(1, thresholds)));
  if (chance < error_rate) return {Opinion::Difference, 1 - chance};
  // The old side never differs from itself there, or hardly so: not explained, nor proven.
  if (counts.old_old_differing() == 0 || chance < kSuspicious) {
    return {Opinion::Suspect, 1 - chance};
  }
  return {Opinion::Noise, 1 - chance};
}

}  // namespace banyan::strangler
