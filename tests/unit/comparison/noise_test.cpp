// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/noise.hpp"

#include <gtest/gtest.h>

#include "banyan/kernel/random.hpp"
#include "banyan/statistics/exact_test.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kAnything = 5;

FieldCounts counts(std::uint64_t old_new, std::uint64_t old_old, std::uint64_t pairs) {
  FieldCounts counts{.old_new_pairs = pairs, .old_old_pairs = pairs};
  counts.old_new[kAnything] = old_new;
  counts.old_old[kAnything] = old_old;
  return counts;
}

TEST(TheBinomialTest, AgreesWithWhatIsKnown) {
  EXPECT_NEAR(statistics::binomial_more({4, 4}, 0.5), 1.0 / 16, 1e-12);
  EXPECT_NEAR(statistics::binomial_more({3, 4}, 0.5), 5.0 / 16, 1e-12);
  EXPECT_NEAR(statistics::binomial_more({1, 1'000}, 0.001), 0.632304575229, 1e-9);
  EXPECT_NEAR(statistics::binomial_more({2, 2}, 0.001), 1e-6, 1e-15);
  EXPECT_EQ(statistics::binomial_more({0, 5}, 0.001), 1);
  EXPECT_EQ(statistics::binomial_more({}, 0.001), 1);
  EXPECT_EQ(statistics::binomial_more({1, 5}, 0), 0);
}

TEST(FishersTest, AgreesWithWhatIsKnown) {
  // The lady tasting tea: all four of four, in eight cups.
  EXPECT_NEAR(statistics::fisher_more({4, 4}, {0, 4}), 1.0 / 70, 1e-12);
  EXPECT_NEAR(statistics::fisher_more({3, 4}, {1, 4}), 17.0 / 70, 1e-12);
  EXPECT_NEAR(statistics::fisher_more({1, 10}, {11, 14}), 0.9999663480953022, 1e-9);
  EXPECT_NEAR(statistics::fisher_more({10, 1'000'000}, {0, 1'000'000}), 0.0009765, 1e-5);
  EXPECT_EQ(statistics::fisher_more({0, 5}, {3, 5}), 1);
  EXPECT_EQ(statistics::fisher_more({3, 5}, {0, 0}), 1);
}

TEST(Noise, IsWhatTheOldSideDiffersFromItselfIn) {
  EXPECT_EQ(judge(counts(300, 310, 1'000), 0.01).opinion, Opinion::Noise);
  EXPECT_EQ(judge(counts(1'000, 1'000, 1'000), 0.01).opinion, Opinion::Noise);
}

TEST(Noise, HasNoBlindSpotWhereItIsLoud) {
  // Two thirds and more: no share of the new side's can be half as much again.
  const NoiseOpinion loud = judge(counts(900, 700, 1'000), 0.01);
  EXPECT_EQ(loud.opinion, Opinion::Difference);
  EXPECT_GT(loud.confidence, 0.999);
}

TEST(Noise, IsFoundOutInAFieldThatDiffersInEveryAnswer) {
  FieldCounts always = counts(1'000, 1'000, 1'000);
  always.old_new[kAnything] -= 20;
  always.old_new[kAnything + 12] = 20;  // an hour instead of a second
  EXPECT_EQ(judge(always, 0.01).opinion, Opinion::Difference);
}

TEST(Noise, IsNotClaimedOfAFieldThatNeverDiffered) {
  const NoiseOpinion one = judge(counts(1, 0, 1'000), 0.01);
  EXPECT_EQ(one.opinion, Opinion::Suspect);
  EXPECT_NEAR(one.confidence, 0.5, 0.01);
  EXPECT_EQ(judge(counts(20, 0, 1'000), 0.01).opinion, Opinion::Difference);
}

TEST(Noise, IsNotAssumedWhereNobodyHasMeasuredIt) {
  FieldCounts unmeasured = counts(1, 0, 1'000);
  unmeasured.old_old_pairs = 0;
  EXPECT_EQ(judge(unmeasured, 0.01).opinion, Opinion::Difference);
}

TEST(Noise, IsHardlyEverCalledADifference) {
  SeededRandom random(7);
  int called = 0;
  constexpr int kFields = 2'000;
  for (int field = 0; field < kFields; ++field) {
    FieldCounts both{.old_new_pairs = 300, .old_old_pairs = 300};
    const std::uint64_t noisy = 1 + random.next() % 100;
    for (int pair = 0; pair < 300; ++pair) {
      if (random.next() % 100 < noisy) ++both.old_new[1 + random.next() % 8];
      if (random.next() % 100 < noisy) ++both.old_old[1 + random.next() % 8];
    }
    called += judge(both, 0.01).opinion == Opinion::Difference ? 1 : 0;
  }
  EXPECT_LE(called, kFields / 100 + 15);
}

}  // namespace
}  // namespace banyan::strangler
