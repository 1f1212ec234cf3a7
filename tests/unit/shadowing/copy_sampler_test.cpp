// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/copy_sampler.hpp"

#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

Percent share(const char* text) { return *Percent::parse(text); }

int taken_of(CopySampler& sampler, int requests, Percent share, std::uint32_t at_least,
             SteadyTime now = {}) {
  int taken = 0;
  for (int i = 0; i < requests; ++i) taken += sampler.takes(share, at_least, now) ? 1 : 0;
  return taken;
}

TEST(CopySampler, TakesTheShareEvenly) {
  CopySampler sampler;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(taken_of(sampler, 4, share("25%"), 0), 1) << "round " << i;
  EXPECT_EQ(taken_of(sampler, 10'000, share("0.01%"), 0), 1);
  EXPECT_EQ(taken_of(sampler, 100, share("0%"), 0), 0);
  EXPECT_EQ(taken_of(sampler, 100, share("100%"), 0), 100);
}

TEST(CopySampler, TakesSomeInEveryMinuteWhateverTheShare) {
  CopySampler sampler;
  const SteadyTime noon{std::chrono::hours{12}};
  EXPECT_EQ(taken_of(sampler, 1'000, share("0%"), 3, noon), 3);
  EXPECT_EQ(taken_of(sampler, 1'000, share("0%"), 3, noon + std::chrono::seconds{59}), 0);
  EXPECT_EQ(taken_of(sampler, 1'000, share("0%"), 3, noon + std::chrono::minutes{1}), 3);
}

}  // namespace
}  // namespace banyan::strangler
