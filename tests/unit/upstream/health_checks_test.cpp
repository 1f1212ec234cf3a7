// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/health_checks.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/server.hpp"
#include "support/becomes_true.hpp"
#include "support/deaf_port.hpp"

namespace banyan::upstream {
namespace {

using namespace std::chrono_literals;
namespace test = banyan::test;

/// Says what it is told to say when it is asked how it is.
class Patient final : public http::Application {
 public:
  Patient() : server_({.loops = 1}, *this) { server_.start(); }
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    ++asked;
    target = exchange->head().target == "/how/are/you?";
    {
      const std::lock_guard lock(mutex_);
      fields_ = exchange->head().fields;
    }
    if (says == 0) return held_.push_back(std::move(exchange));
    http::Response response;
    response.head.status = says == kTwoOfThreeFail ? (asked % 3 == 0 ? 200 : 500) : says.load();
    exchange->respond(std::move(response));
  }
  http::Endpoint endpoint() const { return {"127.0.0.1", server_.port()}; }
  /// The value of a field of the last question.
  std::string seen(std::string_view name) {
    const std::lock_guard lock(mutex_);
    return std::string(fields_.find(name).value_or(""));
  }

  static constexpr unsigned kTwoOfThreeFail = 1;  ///< never three in a row
  std::atomic<unsigned> says = 200;
  std::atomic<int> asked = 0;
  std::atomic<bool> target = false;

 private:
  std::mutex mutex_;
  http::Fields fields_;
  std::vector<std::shared_ptr<http::Exchange>> held_;
  http::Server server_;
};

class TheHealthChecks : public testing::Test {
 protected:
  static HealthCheckPlan plan() {
    return {.path = "/how/are/you?",
            .every = 10ms,
            .timeout = 2s,
            .healthy_after = 2,
            .unhealthy_after = 3};
  }
  void note(const HealthChange& change) {
    const std::lock_guard lock(mutex_);
    changes_.push_back(to_string(change.instance) + (change.passing ? " healthy: " : " ejected: ") +
                       change.why);
    changed_.notify_all();
  }
  std::string next_change() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 8s, [&] { return changes_.size() > told_; })) return "no change";
    return changes_[told_++];
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> changes_;
  std::size_t told_ = 0;
  Patient first_;
  Patient second_;
  std::shared_ptr<Group> group_ = std::make_shared<Group>(
      GroupOptions{.name = "shop", .instances = {first_.endpoint(), second_.endpoint()}},
      system_clock());
  HealthChecks checks_{[this](const HealthChange& change) { note(change); }};
};

TEST_F(TheHealthChecks, EjectWhoFailsTakeItBackAndLeaveTheOthersAlone) {
  const auto watch = checks_.watch(group_, plan());
  ASSERT_TRUE(test::becomes_true([&] { return group_->status()[0].check == CheckState::Passing; }));
  EXPECT_TRUE(first_.target) << "asks for the path of the plan, byte for byte";
  first_.says = 503;
  EXPECT_EQ(next_change(),
            to_string(first_.endpoint()) + " ejected: status 503 from /how/are/you?");
  EXPECT_EQ(group_->status()[0].state, InstanceState::Ejected);
  EXPECT_EQ(group_->status()[1].state, InstanceState::Healthy);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(group_->pick(), 1u);
  first_.says = 204;
  EXPECT_EQ(next_change(),
            to_string(first_.endpoint()) + " healthy: status 204 from /how/are/you?");
  EXPECT_EQ(group_->status()[0].state, InstanceState::Healthy);
}

TEST_F(TheHealthChecks, NeedMoreThanTwoFailuresInARow) {
  first_.says = Patient::kTwoOfThreeFail;
  const auto watch = checks_.watch(group_, plan());
  ASSERT_TRUE(test::becomes_true([&] { return first_.asked >= 15; }));
  EXPECT_NE(group_->status()[0].check, CheckState::Failing);
}

TEST_F(TheHealthChecks, EjectWhoIsSilent) {
  first_.says = 0;
  HealthCheckPlan impatient = plan();
  impatient.timeout = 100ms;
  const auto watch = checks_.watch(group_, impatient);
  EXPECT_NE(next_change().find(" ejected: "), std::string::npos);
  EXPECT_EQ(group_->status()[0].check, CheckState::Failing);
}

TEST_F(TheHealthChecks, FindOutWhereNobodyListens) {
  const std::uint16_t deaf = test::deaf_port();
  auto group = std::make_shared<Group>(
      GroupOptions{.name = "deaf", .instances = {{"127.0.0.1", deaf}}}, system_clock());
  const auto watch = checks_.watch(group, plan());
  EXPECT_NE(next_change().find("cannot connect"), std::string::npos);
  EXPECT_FALSE(group->healthy());
}

TEST_F(TheHealthChecks, AskAsThePlanSaysAndTakeWhatItExpects) {
  HealthCheckPlan plan = this->plan();
  plan.host = "shop.internal";
  plan.headers.add("Authorization", "Basic x");
  plan.expect = {{401, 401}, {200, 204}};
  first_.says = 401;
  second_.says = 302;
  const auto watch = checks_.watch(group_, plan);
  EXPECT_EQ(next_change(),
            to_string(second_.endpoint()) + " ejected: status 302 from /how/are/you?");
  ASSERT_TRUE(test::becomes_true([&] { return group_->status()[0].check == CheckState::Passing; }));
  EXPECT_EQ(first_.seen("Host"), "shop.internal");
  EXPECT_EQ(first_.seen("Authorization"), "Basic x");
  EXPECT_EQ(first_.seen("User-Agent"), "banyan-health-check");
}

TEST_F(TheHealthChecks, GoOnFromWhatTheLastOnesKnewAndLeaveItToTheNewOnes) {
  first_.says = 503;
  const auto old_watch = checks_.watch(group_, plan());
  ASSERT_TRUE(test::becomes_true([&] { return group_->status()[0].check == CheckState::Failing; }));
  const auto next = std::make_shared<Group>(
      GroupOptions{.name = "shop", .instances = {first_.endpoint()}}, system_clock(), group_.get());
  EXPECT_EQ(next->status()[0].check, CheckState::Failing) << "at once";

  HealthCheckPlan tolerant = plan();
  tolerant.expect = {{503, 503}};
  const auto new_watch = checks_.watch(next, tolerant);
  ASSERT_TRUE(test::becomes_true([&] { return next->status()[0].check == CheckState::Passing; }));
  const int before = first_.asked;
  ASSERT_TRUE(test::becomes_true([&] { return first_.asked > before + 5; }));
  EXPECT_EQ(next->status()[0].check, CheckState::Passing) << "the old ones have no say any more";
}

TEST_F(TheHealthChecks, AreForgottenWhenThereAreNoneAnyMore) {
  first_.says = 503;
  const auto watch = checks_.watch(group_, plan());
  ASSERT_TRUE(test::becomes_true([&] { return group_->status()[0].check == CheckState::Failing; }));
  group_->forget_checks();
  EXPECT_EQ(group_->status()[0].state, InstanceState::Healthy);
}

TEST_F(TheHealthChecks, EndWithTheirHandle) {
  auto watch = checks_.watch(group_, plan());
  ASSERT_TRUE(test::becomes_true([&] { return first_.asked > 2; }));
  watch.reset();
  // What was under way ends; then nobody asks any more.
  ASSERT_TRUE(test::becomes_true([&] {
    const int before = first_.asked;
    std::this_thread::sleep_for(50ms);
    return first_.asked == before;
  }));
}

}  // namespace
}  // namespace banyan::upstream
