// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace banyan::telemetry {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;

TEST(Metrics, CountCallsByModuleOperationBindingAndOutcome) {
  Metrics metrics;
  metrics.calls.record("catalog", "get_track", "in_process", false, microseconds(3));
  metrics.calls.record("catalog", "get_track", "in_process", true, microseconds(900));
  const std::string text = metrics.exposition();
  EXPECT_THAT(text, HasSubstr("banyan_port_calls_total{module=\"catalog\",operation=\"get_track\","
                              "binding=\"in_process\",outcome=\"error\"} 1"));
  EXPECT_THAT(text,
              HasSubstr("banyan_port_call_duration_seconds_count{module=\"catalog\",operation="
                        "\"get_track\",binding=\"in_process\"} 2"));
}

TEST(Metrics, EscapeWhatStandsInALabel) {
  Metrics metrics;
  metrics.requests.record("catalog", "a\"b\nc", "local", false, microseconds(1));
  EXPECT_THAT(metrics.exposition(), HasSubstr("a\\\"b\\nc"));
}

TEST(Metrics, TakeSamplesOnDemand) {
  Metrics metrics;
  double depth = 1;
  metrics.add_samples([&] {
    return std::vector<Sample>{
        {{"banyan_worker_queue_depth", MetricType::Gauge, "Waiting tasks", {"module"}},
         {"orders"},
         depth}};
  });
  depth = 7;
  EXPECT_THAT(metrics.exposition(), HasSubstr("banyan_worker_queue_depth{module=\"orders\"} 7"));
}

TEST(Metrics, SpendNoBucketsOnWhatWasNeverDone) {
  Metrics metrics;
  (void)metrics.requests.counter("catalog", "read", "local");
  const std::string text = metrics.exposition();
  EXPECT_THAT(text, HasSubstr("banyan_http_requests_total{module=\"catalog\",operation=\"read\","
                              "side=\"local\",outcome=\"ok\"} 0"));
  EXPECT_THAT(text, testing::Not(HasSubstr("duration_seconds_bucket")));
  metrics.requests.record("catalog", "read", "local", false, microseconds(1));
  EXPECT_THAT(metrics.exposition(), HasSubstr("duration_seconds_bucket"));
}

TEST(CallStatistics, TellWhichKeysFoundNoRoom) {
  CallStatistics statistics;
  for (std::size_t i = 0; i < CallStatistics::kMostKeys; ++i) {
    (void)statistics.counter("m", std::to_string(i), "local");
  }
  EXPECT_EQ(statistics.folded(), 0U);
  EXPECT_TRUE(statistics.first_folded().empty());
  for (int again = 0; again < 3; ++again) {
    statistics.record("m", "one too many", "remote", false, microseconds(1));
  }
  EXPECT_EQ(statistics.folded(), 3U);
  ASSERT_EQ(statistics.first_folded().size(), 1U);
  EXPECT_EQ(statistics.first_folded()[0].operation, "one too many");
  EXPECT_EQ(statistics.read().back().key.module, "other");
  EXPECT_EQ(statistics.read().back().latency.count, 3U);

  statistics.forget_if([](const CallStatistics::Key& key) { return key.operation == "7"; });
  EXPECT_TRUE(statistics.first_folded().empty());
}

TEST(CallStatistics, LoseNothingBetweenThreads) {
  CallStatistics statistics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1'000; ++i)
          statistics.record("m", "o", "w", i % 2 == 0, microseconds(1));
      });
    }
  }
  const auto rows = statistics.read();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].latency.count, 4'000U);
  EXPECT_EQ(rows[0].failures, 2'000U);
}

TEST(CallStatistics, CannotBeFilledWithInventedNames) {
  CallStatistics statistics;
  for (std::size_t i = 0; i < CallStatistics::kMostKeys + 100; ++i) {
    statistics.record("m", std::to_string(i), "w", false, microseconds(1));
  }
  EXPECT_LE(statistics.read().size(), CallStatistics::kMostKeys + 1);
}

TEST(LatencyHistogram, PutsEachValueUnderItsBound) {
  LatencyHistogram histogram;
  for (int i = 0; i < 99; ++i) histogram.record(microseconds(3));
  histogram.record(std::chrono::milliseconds(5));
  const auto reading = histogram.read();
  EXPECT_DOUBLE_EQ(reading.quantile(0.5), 4e-6);
  EXPECT_GE(reading.quantile(0.999), 5e-3);
  EXPECT_LE(reading.quantile(0.999), 1e-2);
}

}  // namespace
}  // namespace banyan::telemetry
