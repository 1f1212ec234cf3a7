// SPDX-License-Identifier: Apache-2.0
#include "banyan/statistics/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace banyan::statistics {
namespace {

constexpr double kLeast = 1e-6;
constexpr double kMost = 1 - 1e-3;
/// What a first guess weighs.
constexpr double kFirstSeen = 500;
/// What was seen before the last so many observations counts for little in the guess of a share. It
/// is only a guess to bet by: a wrong one costs time, never a false alarm.
constexpr double kRemembered = 200'000;

double inside(double share) { return std::clamp(share, kLeast, kMost); }

double count(std::uint64_t number) { return static_cast<double>(number); }

/// Log-likelihood ratio of a tally for a share over another.
double log_ratio(const Tally& tally, double share, double other) {
  const double hits = count(tally.hits);
  return hits * std::log(share / other) +
         (count(tally.of) - hits) * std::log((1 - share) / (1 - other));
}

double log_sum(double left, double right) {
  const double more = std::max(left, right);
  if (std::isinf(more)) return more;
  return more + std::log1p(std::exp(std::min(left, right) - more));
}

void remember(double& hits, double& seen, const Tally& tally) {
  hits += count(tally.hits);
  seen += count(tally.of);
  if (seen > kRemembered) {
    hits *= kRemembered / seen;
    seen = kRemembered;
  }
}

/// Hits of so many that were seen, first guesses with them.
bool is_share(double hits, double seen) {
  return std::isfinite(hits) && std::isfinite(seen) && hits >= 0 && seen > 0 && hits <= seen;
}

/// The share q of the reference for which (q + margin, q) is nearest to (p, p), by weights. The
/// derivative of the divergence grows with q, so it is found by halving.
double nearest_apart(double p, double margin, double suspects, double references) {
  const auto slope = [](double share, double at) { return (at - share) / (at * (1 - at)); };
  double low = std::max(kLeast, p - margin);
  double high = std::min(p, 1 - margin - kLeast);
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    const double rise = suspects * slope(p, middle + margin) + references * slope(p, middle);
    (rise > 0 ? high : low) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

EvidenceOfMore::EvidenceOfMore(Rules rules)
    : rules_(std::move(rules)),
      log_bets_(rules_.lifts.size(), -std::numeric_limits<double>::infinity()),
      hits_(rules_.usual * kFirstSeen),
      seen_(kFirstSeen) {}

double EvidenceOfMore::log_block(double lift, const Tally& suspect, const Tally& reference) const {
  const double usual = inside(hits_ / seen_);
  const double more = inside(usual + lift);
  if (reference.of == 0) {
    const double allowed = inside(usual + rules_.without_reference);
    return more <= allowed ? 0 : log_ratio(suspect, more, allowed);
  }
  const double suspects = count(suspect.of);
  const double references = count(reference.of);
  const double same = (suspects * more + references * usual) / (suspects + references);
  return log_ratio(suspect, more, same) + log_ratio(reference, usual, same);
}

void EvidenceOfMore::add(const Tally& suspect, const Tally& reference) {
  const double log_share = -std::log(rules_.blocks);
  for (std::size_t i = 0; i < log_bets_.size(); ++i) {
    log_bets_[i] =
        log_sum(log_bets_[i], log_share) + log_block(rules_.lifts[i], suspect, reference);
  }
  begun_ = std::min(begun_ + 1, rules_.blocks);
  remember(hits_, seen_, reference);
}

double EvidenceOfMore::log_e() const {
  const double kept = 1 - begun_ / rules_.blocks;  // of the capital: bets that have not begun
  double all = kept > 0 ? std::log(kept) : -std::numeric_limits<double>::infinity();
  const double each = std::log(static_cast<double>(log_bets_.size()));
  for (const double bet : log_bets_) all = log_sum(all, bet - each);
  return all;
}

bool EvidenceOfMore::go_on(const State& state) {
  const auto is_bet = [](double bet) {
    return !std::isnan(bet) && bet < std::numeric_limits<double>::infinity();
  };
  const bool fits = state.log_bets.size() == log_bets_.size() &&
                    std::ranges::all_of(state.log_bets, is_bet) && state.begun >= 0 &&
                    state.begun <= rules_.blocks && is_share(state.hits, state.seen);
  if (!fits) return false;
  log_bets_ = state.log_bets;
  begun_ = state.begun;
  hits_ = state.hits;
  seen_ = state.seen;
  return true;
}

bool EvidenceOfNoMore::go_on(const State& state) {
  const bool fits = std::isfinite(state.log_e) && is_share(state.hits, state.seen) &&
                    is_share(state.reference_hits, state.reference_seen);
  if (!fits) return false;
  log_e_ = state.log_e;
  hits_ = state.hits;
  seen_ = state.seen;
  reference_hits_ = state.reference_hits;
  reference_seen_ = state.reference_seen;
  return true;
}

void EvidenceOfNoMore::add(const Tally& suspect, const Tally& reference) {
  if (suspect.of > 0) {
    const double usual = std::clamp(hits_ / seen_, kLeast, kMost - margin_);
    if (reference.of == 0) {
      const double allowed = inside(reference_hits_ / reference_seen_ + margin_);
      if (usual < allowed) log_e_ += log_ratio(suspect, usual, allowed);
    } else {
      const double base = nearest_apart(usual, margin_, count(suspect.of), count(reference.of));
      log_e_ += log_ratio(suspect, usual, inside(base + margin_)) +
                log_ratio(reference, usual, inside(base));
    }
  }
  remember(hits_, seen_, suspect);
  remember(hits_, seen_, reference);
  remember(reference_hits_, reference_seen_, reference);
}

BurstRule BurstRule::of(double usual, double observations, double false_alarms) {
  constexpr double kBurst = 0.5;
  const double share = std::clamp(usual, 1e-4, 0.3);
  return {.failure = std::log(kBurst / share),
          .success = std::log((1 - share) / kBurst),
          .threshold = std::log(std::max(observations, 1.0) / false_alarms)};
}

double at_most(const Tally& tally) {
  if (tally.of == 0) return 1;
  const double hits = count(tally.hits);
  return std::min(1.0, (hits + 3 * std::sqrt(hits + 1) + 4) / count(tally.of));
}

}  // namespace banyan::statistics
