// SPDX-License-Identifier: Apache-2.0
#include "side_health.hpp"

#include <gtest/gtest.h>

#include "chain/transaction.hpp"
#include "outcomes.hpp"

namespace banyan::serving {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

SteadyTime at(int second) { return SteadyTime{} + seconds{second}; }

TEST(AWindowOfASide, LooksTenSecondsBack) {
  SideWindow window;
  window.record(false, milliseconds{100}, at(100));
  window.record(true, milliseconds{300}, at(109));
  EXPECT_EQ(window.read(at(109)).requests, 2U);
  EXPECT_DOUBLE_EQ(window.read(at(109)).mean_seconds, 0.2);
  EXPECT_EQ(window.read(at(110)).requests, 1U);
  EXPECT_EQ(window.read(at(119)).requests, 0U);
}

TEST(AWindowOfASide, LosesNothingToWhatIsOlderThanItself) {
  SideWindow window;
  window.record(true, milliseconds{1}, at(111));
  window.record(false, milliseconds{1}, at(100));
  const auto reading = window.read(at(111));
  EXPECT_EQ(reading.requests, 1U);
  EXPECT_EQ(reading.failures, 1U);
}

/// Requests to the new side of a rollout, on a clock of the test's.
class TheOutcomesOfASide : public testing::Test {
 protected:
  TheOutcomesOfASide() {
    target_.route.name = "catalog.read";
    target_.route.rollout = "catalog";
    target_.new_side.here = true;
    target_.new_side.requests = metrics_.requests.counter("catalog", "catalog.read", "remote");
    target_.new_side.window = &sides_.window("catalog", Side::Remote);
  }
  Transaction begun() const {
    Transaction transaction;
    transaction.target = &target_;
    transaction.side = Side::Remote;
    transaction.begin = clock_.steady();
    return transaction;
  }
  SideWindow::Reading recent() { return sides_.read(clock_.steady()).front().recent; }

  ManualClock clock_;
  telemetry::Metrics metrics_;
  telemetry::Log log_{{.service = "test", .file = "/dev/null"}};
  SideHealth sides_;
  Refusals refusals_;
  FallThrough fall_through_;
  Visits visits_;
  FailureLog failures_{clock_};
  Target target_;
  Outcomes outcomes_{{.metrics = metrics_,
                      .log = log_,
                      .sides = sides_,
                      .refusals = refusals_,
                      .fall_through = fall_through_,
                      .visits = visits_,
                      .failures = failures_,
                      .clock = clock_}};
};

TEST_F(TheOutcomesOfASide, CountARequestThatHungWhenItHasFailed) {
  Transaction transaction = begun();
  clock_.advance(seconds{60});
  outcomes_.forwarded(transaction, {.side = Side::Remote,
                                    .failure = strangler::ForwardFailure::Timeout,
                                    .attempts = 1,
                                    .took = seconds{60}});
  EXPECT_EQ(recent().requests, 1U);
  EXPECT_EQ(recent().failures, 1U);
}

TEST_F(TheOutcomesOfASide, TakeTheEndOfALongDownloadForNoNews) {
  Transaction transaction = begun();
  clock_.advance(seconds{60});
  outcomes_.forwarded(transaction, {.side = Side::Remote,
                                    .status = 200,
                                    .from_upstream = true,
                                    .attempts = 1,
                                    .took = seconds{60},
                                    .to_head = milliseconds{5}});
  EXPECT_EQ(recent().requests, 0U);
}

}  // namespace
}  // namespace banyan::serving
