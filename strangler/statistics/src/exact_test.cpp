// SPDX-License-Identifier: Apache-2.0
#include "banyan/statistics/exact_test.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace banyan::statistics {
namespace {

constexpr std::size_t kTable = 256;

// std::lgamma writes a global; this does not. Beyond the table Stirling's series, whose first
// omitted term is below 1e-15 there.
double log_factorial(std::uint64_t n) {
  static const std::array<double, kTable> table = [] {
    std::array<double, kTable> logs{};
    for (std::size_t i = 1; i < kTable; ++i) {
      logs[i] = logs[i - 1] + std::log(static_cast<double>(i));
    }
    return logs;
  }();
  if (n < kTable) return table[n];
  const auto x = static_cast<double>(n);
  return x * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi * x) + 1 / (12 * x) -
         1 / (360 * x * x * x) + 1 / (1260 * x * x * x * x * x);
}

double log_choose(std::uint64_t n, std::uint64_t k) {
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

}  // namespace

double fisher_more(const Tally& suspect, const Tally& reference) {
  if (suspect.of == 0 || reference.of == 0 || suspect.hits == 0) return 1;
  const std::uint64_t hits = suspect.hits + reference.hits;
  const std::uint64_t most = std::min(hits, suspect.of);
  const double all = log_choose(suspect.of + reference.of, hits);
  // Each term from the one before: C(n, k + 1) / C(n, k) = (n - k) / (k + 1).
  double term = std::exp(log_choose(suspect.of, suspect.hits) +
                         log_choose(reference.of, reference.hits) - all);
  double sum = term;
  for (std::uint64_t k = suspect.hits; k < most; ++k) {
    const std::uint64_t others = hits - k;
    const auto up = static_cast<double>(suspect.of - k) * static_cast<double>(others);
    const auto down = static_cast<double>(k + 1) * static_cast<double>(reference.of - others + 1);
    const double ratio = up / down;
    term *= ratio;
    sum += term;
    // They fall from the mode on; what is left is less than a geometric series.
    if (ratio < 1 && term / (1 - ratio) < sum * 1e-12) break;
  }
  return std::min(1.0, sum);
}

double binomial_more(const Tally& tally, double share) {
  if (tally.hits == 0 || share >= 1) return 1;
  if (share <= 0) return 0;
  const auto hits = static_cast<double>(tally.hits);
  const auto misses = static_cast<double>(tally.of - tally.hits);
  double term = std::exp(log_choose(tally.of, tally.hits) + hits * std::log(share) +
                         misses * std::log1p(-share));
  double sum = term;
  for (std::uint64_t k = tally.hits; k < tally.of; ++k) {
    const double ratio =
        static_cast<double>(tally.of - k) * share / (static_cast<double>(k + 1) * (1 - share));
    term *= ratio;
    sum += term;
    if (ratio < 1 && term / (1 - ratio) < sum * 1e-12) break;
  }
  return std::min(1.0, sum);
}

}  // namespace banyan::statistics
