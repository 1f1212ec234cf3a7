// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "banyan/statistics/exact_test.hpp"

/// Evidence about two shares that grows while data comes, and may be looked at whenever one likes.
///
/// An *e-value* is a bet against a hypothesis: at most 1 on average when the hypothesis is true, so
/// that a large one speaks against it. Bets one after the other are multiplied, and the product
/// exceeds 1/α at any time whatever with a probability of at most α (Ville 1939): no correction for
/// looking again and again is needed, and none for stopping when it is enough.
///
/// For two shares the e-value of a block of data with n_a and n_b observations is the likelihood
/// of an alternative (a, b) over that of the point of the hypothesis that is nearest to it in
/// Kullback-Leibler divergence. It holds for every convex hypothesis, exactly and at any size, also
/// when the shares change from block to block: the two only have to be comparable within one.
///
///   R. J. Turner, A. Ly, P. Grünwald, "Generic E-variables for exact sequential k-sample tests
///   that allow for optional stopping", J. Statistical Planning and Inference 230 (2024). R. J.
///   Turner, P. Grünwald, "Exact anytime-valid confidence intervals for contingency tables and
///   beyond", Statistics & Probability Letters 198 (2023). H. Robbins, D. Siegmund, "Boundary
///   crossing probabilities…", Ann. Math. Stat. 41 (1970): the mixture over alternatives (mixture
///   SPRT).
///
/// All numbers are natural logarithms. Not safe for concurrent use.
namespace banyan::statistics {

/// Evidence that `suspect` has a larger share than `reference` has, whenever that began. The
/// hypothesis against which it bets: it has not, in any block.
///
/// What began an hour ago must not be outweighed by the good days before: a fresh bet begins with
/// each block, with a part of the capital that is spent evenly over `blocks` (Shiryaev 1963,
/// Roberts 1966, as an e-process). In that many blocks the probability of log_e() ≥ log(1/α) is at
/// most α, whatever the shares are; in twice as many at most twice as much, and so on.
class EvidenceOfMore {
 public:
  struct Rules {
    /// How much larger the share may be: the bet is divided evenly among these. What is less than
    /// half of the smallest is practically never found, and is not meant to be.
    std::vector<double> lifts{0.005, 0.02, 0.06, 0.2, 0.6};
    double blocks = 86'400;
    /// What the reference's share is taken for before anything is known of it.
    double usual = 0.001;
    /// Where there is no reference any more (all traffic has moved), the suspect is held to the
    /// reference's last known share and this much more.
    double without_reference = 0.005;
  };

  explicit EvidenceOfMore(Rules rules);
  EvidenceOfMore() : EvidenceOfMore(Rules()) {}

  void add(const Tally& suspect, const Tally& reference);
  double log_e() const;
  /// What the reference's share is taken for by now.
  double usual() const { return hits_ / seen_; }

  /// All that was learnt from data, for who goes on with it elsewhere by the same rules.
  struct State {
    std::vector<double> log_bets;  ///< minus infinity: has not begun
    double begun = 0;
    double hits = 0;
    double seen = 0;
  };
  State state() const { return {log_bets_, begun_, hits_, seen_}; }
  /// False, and nothing is changed, when it is no state of these rules.
  bool go_on(const State& state);

 private:
  double log_block(double lift, const Tally& suspect, const Tally& reference) const;

  Rules rules_;
  std::vector<double> log_bets_;
  double begun_ = 0;
  double hits_, seen_;  // of the reference so far, what is older counts less
};

/// Evidence that `suspect`'s share is not larger than `reference`'s by `margin` or more. The
/// hypothesis against which it bets: it is, in every block. Begins once and goes on.
class EvidenceOfNoMore {
 public:
  /// `usual`: what both shares are taken for before anything is known. Where there is no reference,
  /// the suspect is held to the reference's last known share, or else to this.
  explicit EvidenceOfNoMore(double margin = 0.005, double usual = 0.001)
      : margin_(margin), hits_(usual * kFirstSeen), reference_hits_(usual * kFirstSeen) {}

  void add(const Tally& suspect, const Tally& reference);
  double log_e() const { return log_e_; }

  /// See EvidenceOfMore::State.
  struct State {
    double log_e = 0;
    double hits = 0;
    double seen = 0;
    double reference_hits = 0;
    double reference_seen = 0;
  };
  State state() const { return {log_e_, hits_, seen_, reference_hits_, reference_seen_}; }
  bool go_on(const State& state);

 private:
  static constexpr double kFirstSeen = 500;

  double margin_;
  double log_e_ = 0;
  double hits_, seen_ = kFirstSeen;  // of both
  double reference_hits_, reference_seen_ = kFirstSeen;
};

/// Of independent yes-or-no observations one by one, without a reference to compare with: has their
/// share become so much larger than `usual` that it is nearer to one half? CUSUM (E. S. Page,
/// Biometrika 41, 1954). The probability of a false alarm within N observations is at most
/// N · exp(-threshold), for the statistic never exceeds Shiryaev's and Roberts'.
struct BurstRule {
  double failure = 0;    ///< what a failure adds
  double success = 0;    ///< what a success takes away, down to zero
  double threshold = 0;  ///< beyond it there is a burst

  /// `false_alarms`: the probability of one within `observations`.
  static BurstRule of(double usual, double observations, double false_alarms);
};

/// A share that is hardly ever exceeded by what the tally comes from, with a probability of about
/// one in a thousand (of Poisson's distribution, by Wald's bound).
double at_most(const Tally& tally);

}  // namespace banyan::statistics
