// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/distinct_count.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banyan::discovery {
namespace {

template <class Count = DistinctCount>
Count of(int from, int to) {
  Count count;
  for (int i = from; i < to; ++i)
    count.add("10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256));
  return count;
}

TEST(DistinctCount, CountsFewWell) {
  EXPECT_EQ(DistinctCount().about(), 0U);
  EXPECT_EQ(of(0, 1).about(), 1U);
  EXPECT_NEAR(static_cast<double>(of(0, 20).about()), 20, 3);
}

TEST(DistinctCount, IsNotFarOffWithMany) {
  EXPECT_NEAR(static_cast<double>(of(0, 60'000).about()), 60'000, 18'000);
}

TEST(DistinctCount, CountsWhatComesAgainOnce) {
  DistinctCount twice = of(0, 300);
  twice.add(of(0, 300));
  EXPECT_EQ(twice.about(), of(0, 300).about());
}

TEST(DistinctCount, IsCloserWithMoreRegisters) {
  EXPECT_NEAR(static_cast<double>(of<FineDistinctCount>(0, 400).about()), 400, 20);
  EXPECT_NEAR(static_cast<double>(of<FineDistinctCount>(0, 9'000).about()), 9'000, 900);
}

}  // namespace
}  // namespace banyan::discovery
