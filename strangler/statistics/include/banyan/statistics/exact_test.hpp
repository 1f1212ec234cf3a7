// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace banyan::statistics {

/// So many of so many.
struct Tally {
  std::uint64_t hits = 0;
  std::uint64_t of = 0;

  double share() const { return of == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(of); }
  Tally& operator+=(const Tally& more) {
    hits += more.hits;
    of += more.of;
    return *this;
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

/// Fisher's exact test, one-sided: how probable it is that so many of all the hits, or more, are in
/// `suspect`, when both have the same share. Exact at any size; 1 when one of the two is empty.
/// R. A. Fisher, "The logic of inductive inference", J. Royal Statistical Society 98 (1935).
double fisher_more(const Tally& suspect, const Tally& reference);

/// The binomial test, one-sided: how probable it is that there are so many hits, or more, where
/// each of all has this probability to be one. Exact at any size; 1 when there is none.
double binomial_more(const Tally& tally, double share);

}  // namespace banyan::statistics
