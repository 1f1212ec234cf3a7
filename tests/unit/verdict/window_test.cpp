// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/window.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "banyan/verdict/error_burst.hpp"

namespace banyan::strangler {
namespace {

using statistics::LatencyBuckets;
using std::chrono::microseconds;

Percent percent(std::int64_t hundredths) { return Percent::of_hundredths(hundredths).value(); }

TEST(ControlGroup, HasAsManyUsersAsTheNewSide) {
  for (const std::int64_t share : {1, 100, 500, 2'500, 5'000, 7'500, 9'999, 10'000, 0}) {
    std::int64_t of_new = 0;
    std::int64_t of_control = 0;
    for (std::uint32_t bucket = 0; bucket < 10'000; ++bucket) {
      of_new += group_of(bucket, percent(share)) == Group::New ? 1 : 0;
      of_control += group_of(bucket, percent(share)) == Group::Control ? 1 : 0;
    }
    EXPECT_EQ(of_new, share);
    EXPECT_EQ(of_control, std::min(share, 10'000 - share));
  }
}

TEST(ControlGroup, KeepsItsUsersWhileTheShareGrows) {
  for (std::uint32_t bucket = 0; bucket < 10'000; ++bucket) {
    bool was_control = false;
    for (const std::int64_t share : {1, 100, 500, 2'500, 5'000}) {
      const bool is_control = group_of(bucket, percent(share)) == Group::Control;
      EXPECT_TRUE(is_control || !was_control) << bucket;
      was_control = is_control;
    }
  }
}

TEST(Window, CountsAFallbackAsAFailureWhateverTheUserSaw) {
  Window window;
  window.add(Ending::Good, microseconds(100));
  window.add(Ending::FellBack, microseconds(200));
  window.add(Ending::TimedOut, microseconds(300));
  window.add(Ending::Failed, microseconds(400));
  EXPECT_EQ(window.requests, 4U);
  EXPECT_EQ(window.failures(), 3U);
  EXPECT_EQ(window.fallbacks, 1U);
  EXPECT_EQ(window.latency.total(), 4U);
}

TEST(Window, TakesAConsumerOfEventsByTheSameMeasures) {
  statistics::LatencyHistogram lag;
  lag.add(microseconds(5'000), 12);
  const Window window = Window::of_consumer(10, 2, lag);
  EXPECT_EQ(window.requests, 12U);
  EXPECT_EQ(window.failures(), 2U);
  EXPECT_EQ(window.latency.total(), 12U);
}

TEST(SideCounters, LoseNothingBetweenTwoReadings) {
  SideCounters counters;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        counters.record(i % 10 == 0 ? Ending::FellBack : Ending::Good, microseconds(i));
        counters.record_comparison(i % 100 == 0);
      }
    });
  }
  Window sum;
  Window before;
  for (int i = 0; i < 50; ++i) {
    const Window now = counters.read();
    sum += now.since(before);
    before = now;
    EXPECT_LE(now.failures(), now.requests);
    EXPECT_LE(now.differences, now.compared);
  }
  for (std::thread& each : threads) each.join();
  sum += counters.read().since(before);
  EXPECT_EQ(sum, counters.read());
  EXPECT_EQ(sum.requests, 30'000U);
  EXPECT_EQ(sum.fallbacks, 3'000U);
  EXPECT_EQ(sum.compared, 30'000U);
  EXPECT_EQ(sum.latency.total(), 30'000U);
}

TEST(LatencyBuckets, AreAtMostAnEighthApart) {
  std::size_t before = 0;
  for (std::int64_t micros = 1; micros < 4'000'000'000; micros += 1 + micros / 50) {
    const std::size_t bucket = LatencyBuckets::of(microseconds(micros));
    ASSERT_GE(bucket, before);
    before = bucket;
    if (bucket + 1 == LatencyBuckets::kCount) continue;
    ASSERT_GT(LatencyBuckets::end(bucket).count(), micros);
    if (bucket == 0) continue;
    ASSERT_LE(LatencyBuckets::end(bucket).count(), micros + micros / 8 + 1);
    ASSERT_LE(LatencyBuckets::end(bucket - 1).count(), micros);
  }
  EXPECT_EQ(before, LatencyBuckets::kCount - 1);
}

TEST(LatencyHistogram, KnowsItsQuantiles) {
  statistics::LatencyHistogram times;
  for (int i = 1; i <= 1'000; ++i) times.add(microseconds(i * 1'000));
  EXPECT_NEAR(static_cast<double>(times.quantile(0.5).count()), 500'000, 63'000);
  EXPECT_NEAR(static_cast<double>(times.quantile(0.99).count()), 990'000, 124'000);
  EXPECT_EQ(statistics::LatencyHistogram().quantile(0.5).count(), 0);
}

TEST(ErrorBurst, TripsOnceAndInTheRequestThatShowsIt) {
  ErrorBurst burst;
  burst.set(statistics::BurstRule::of(1e-4, 864'000, 0.001));
  int tripped = 0;
  for (int i = 0; i < 20; ++i) tripped += burst.record(true) ? 1 : 0;
  EXPECT_EQ(tripped, 1);
  EXPECT_TRUE(burst.tripped());
  burst.reset();
  EXPECT_FALSE(burst.tripped());
  EXPECT_FALSE(burst.record(true));
}

TEST(ErrorBurst, KnowsTheRequestsByWhichItHasTripped) {
  ErrorBurst burst;
  burst.set(statistics::BurstRule::of(1e-4, 864'000, 0.001));
  for (int i = 0; i < 1'000; ++i) burst.record(false);
  EXPECT_EQ(burst.tripped_by(), statistics::Tally{}) << "nothing has happened";
  std::uint64_t asked = 0;
  bool tripped = false;
  while (!tripped && asked < 1'000) tripped = burst.record(asked++ % 2 == 0);
  ASSERT_TRUE(tripped);
  EXPECT_EQ(burst.tripped_by(), (statistics::Tally{(asked + 1) / 2, asked}))
      << "since the first failure, not since the beginning";
  for (int i = 0; i < 100; ++i) burst.record(true);
  EXPECT_EQ(burst.tripped_by().of, asked) << "what has come since is not it";
  burst.reset();
  EXPECT_EQ(burst.tripped_by(), statistics::Tally{});
}

TEST(ErrorBurst, ForgetsFailuresThatAreFarApart) {
  ErrorBurst burst;
  burst.set(statistics::BurstRule::of(0.01, 864'000, 0.001));
  for (int i = 0; i < 100'000; ++i) ASSERT_FALSE(burst.record(i % 50 == 0));
}

TEST(ErrorBurst, TellsOneOfManyThatItTripped) {
  ErrorBurst burst;
  std::atomic<int> told{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1'000; ++i) {
        if (burst.record(true)) ++told;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace banyan::strangler
