// SPDX-License-Identifier: Apache-2.0
#include "banyan/statistics/evidence.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "simulated_traffic.hpp"

namespace banyan::strangler {
namespace {

using statistics::BurstRule;
using statistics::EvidenceOfMore;
using statistics::EvidenceOfNoMore;
using statistics::Tally;

/// The chance that a tally has so many hits.
double binomial(std::uint64_t of, std::uint64_t hits, double share) {
  double chance = 1;
  for (std::uint64_t i = 0; i < hits; ++i) {
    chance *= static_cast<double>(of - i) / static_cast<double>(i + 1);
  }
  return chance * std::pow(share, static_cast<double>(hits)) *
         std::pow(1 - share, static_cast<double>(of - hits));
}

// What makes it a proof and no rule of thumb: over everything that can happen, the bet is worth no
// more than what was laid on it, whatever the shares are under which it should not win.
TEST(EvidenceOfMore, IsWorthNoMoreThanOneOnAverageWhenThereIsNoMore) {
  constexpr std::uint64_t kSuspects = 7;
  constexpr std::uint64_t kReferences = 11;
  for (const double share : {0.0, 0.001, 0.03, 0.2, 0.5, 0.9}) {
    for (const double less : {0.0, 0.01, 0.1}) {
      double average = 0;
      for (std::uint64_t a = 0; a <= kSuspects; ++a) {
        for (std::uint64_t b = 0; b <= kReferences; ++b) {
          EvidenceOfMore evidence({.blocks = 1});
          evidence.add({a, kSuspects}, {b, kReferences});
          average += binomial(kSuspects, a, std::max(0.0, share - less)) *
                     binomial(kReferences, b, share) * std::exp(evidence.log_e());
        }
      }
      EXPECT_LE(average, 1 + 1e-9) << share << " less " << less;
    }
  }
}

TEST(EvidenceOfNoMore, IsWorthNoMoreThanOneOnAverageWhenThereIsMore) {
  constexpr std::uint64_t kSuspects = 9;
  constexpr std::uint64_t kReferences = 6;
  constexpr double kMargin = 0.05;
  for (const double share : {0.0, 0.001, 0.03, 0.2, 0.5}) {
    for (const double more : {kMargin, 0.1, 0.4}) {
      double average = 0;
      for (std::uint64_t a = 0; a <= kSuspects; ++a) {
        for (std::uint64_t b = 0; b <= kReferences; ++b) {
          EvidenceOfNoMore evidence(kMargin);
          evidence.add({a, kSuspects}, {b, kReferences});
          average += binomial(kSuspects, a, share + more) * binomial(kReferences, b, share) *
                     std::exp(evidence.log_e());
        }
      }
      EXPECT_LE(average, 1 + 1e-6) << share << " more " << more;
    }
  }
}

TEST(EvidenceOfMore, GrowsWhateverWasBefore) {
  EvidenceOfMore evidence;
  for (int i = 0; i < 50'000; ++i)
    evidence.add({i % 20 == 0 ? 1U : 0U, 20}, {i % 20 == 0 ? 1U : 0U, 20});
  EXPECT_LT(evidence.log_e(), std::log(100));
  int blocks = 0;
  for (; evidence.log_e() < std::log(1e5) && blocks < 1'000; ++blocks)
    evidence.add({4, 20}, {0, 20});
  EXPECT_LT(blocks, 20);
}

TEST(EvidenceOfMore, GoesOnFromTheStateOfAnother) {
  EvidenceOfMore one;
  for (int i = 0; i < 100; ++i) one.add({.hits = 2, .of = 100}, {.hits = 0, .of = 100});
  EvidenceOfMore other;
  ASSERT_TRUE(other.go_on(one.state()));
  EXPECT_EQ(other.log_e(), one.log_e());
  one.add({.hits = 1, .of = 50}, {.hits = 1, .of = 70});
  other.add({.hits = 1, .of = 50}, {.hits = 1, .of = 70});
  EXPECT_EQ(other.log_e(), one.log_e());
  EvidenceOfMore::State wrong = one.state();
  wrong.log_bets.pop_back();
  EXPECT_FALSE(other.go_on(wrong)) << "of other rules";
  wrong = one.state();
  wrong.hits = wrong.seen + 1;
  EXPECT_FALSE(other.go_on(wrong));
  EXPECT_EQ(other.log_e(), one.log_e());
}

TEST(EvidenceOfNoMore, GoesOnFromTheStateOfAnother) {
  EvidenceOfNoMore one;
  for (int i = 0; i < 100; ++i) one.add({.hits = 0, .of = 100}, {.hits = 1, .of = 100});
  EvidenceOfNoMore other;
  ASSERT_TRUE(other.go_on(one.state()));
  one.add({.hits = 1, .of = 50}, {.hits = 1, .of = 70});
  other.add({.hits = 1, .of = 50}, {.hits = 1, .of = 70});
  EXPECT_EQ(other.log_e(), one.log_e());
}

TEST(EvidenceOfMore, StaysSmallOverManySeedsOfTheSame) {
  int alarms = 0;
  const int runs = simulations(100);
  for (int seed = 0; seed < runs; ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    EvidenceOfMore evidence({.blocks = 500});
    bool alarmed = false;
    for (int i = 0; i < 500; ++i) {
      evidence.add({dice.some(25, 0.02), 25}, {dice.some(100, 0.02), 100});
      alarmed = alarmed || evidence.log_e() > std::log(20);
    }
    alarms += alarmed ? 1 : 0;
  }
  EXPECT_LE(alarms, runs / 20 + 5);
}

TEST(BurstRule, NeedsMoreWhereFailuresAreUsualAndWhereThereIsMoreTraffic) {
  const BurstRule rare = BurstRule::of(1e-4, 1e6, 0.001);
  const BurstRule usual = BurstRule::of(0.05, 1e6, 0.001);
  EXPECT_GT(rare.failure, usual.failure);
  EXPECT_GT(BurstRule::of(1e-4, 1e8, 0.001).threshold, rare.threshold);
  EXPECT_GT(BurstRule::of(1, 1, 1).failure, 0);
}

}  // namespace
}  // namespace banyan::strangler
