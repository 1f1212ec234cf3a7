// SPDX-License-Identifier: Apache-2.0
#include "forwarding/instance_group.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace banyan::strangler {
namespace {

class TheInstanceGroup : public testing::Test {
 protected:
  TheInstanceGroup()
      : group_("shop", {{"127.0.0.1", 1}, {"127.0.0.1", 2}, {"127.0.0.1", 3}}, {}, clock_) {}

  void make_ill(std::size_t instance) {
    for (int i = 0; i < 5; ++i) group_.failed(instance);
  }

  ManualClock clock_;
  InstanceGroup group_;
};

TEST_F(TheInstanceGroup, TakesInstancesInTurn) {
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 1u);
  EXPECT_EQ(group_.pick(), 2u);
  EXPECT_EQ(group_.pick(), 0u);
}

TEST_F(TheInstanceGroup, PassesOverAnIllOne) {
  make_ill(1);
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 2u);
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_TRUE(group_.healthy());
}

TEST_F(TheInstanceGroup, UsesAllWhenAllAreIll) {
  for (std::size_t i = 0; i < group_.size(); ++i) make_ill(i);
  EXPECT_FALSE(group_.healthy());
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 1u);
  EXPECT_EQ(group_.pick(), 2u);
}

TEST_F(TheInstanceGroup, ASecondAttemptGoesElsewhere) {
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(1), 2u);
  make_ill(0);
  make_ill(1);
  EXPECT_EQ(group_.pick(2), 0u) << "even to an ill one rather than to the one that just failed";
}

TEST_F(TheInstanceGroup, AnInstanceOfItsOwnIsTriedAgain) {
  InstanceGroup alone("alone", {{"127.0.0.1", 1}}, {}, clock_);
  EXPECT_EQ(alone.pick(0), 0u);
}

TEST_F(TheInstanceGroup, AHealedInstanceComesBack) {
  make_ill(1);
  clock_.advance(std::chrono::seconds{5});
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 1u) << "on trial";
  EXPECT_EQ(group_.status()[1].state, InstanceState::OnTrial);
  group_.succeeded(1);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Healthy);
}

TEST_F(TheInstanceGroup, TellsWhatItKnows) {
  group_.succeeded(*group_.pick());
  group_.failed(*group_.pick());
  const auto status = group_.status();
  EXPECT_EQ(status[0].requests, 1u);
  EXPECT_EQ(status[0].failures, 0u);
  EXPECT_EQ(status[1].failures, 1u);
  EXPECT_EQ(status[1].last_seconds.failures, 1u);
  EXPECT_EQ(status[2].requests, 0u);
}

TEST_F(TheInstanceGroup, TakesTheLeastLoadedWhenToldTo) {
  InstanceGroup group("shop", {{"a", 1}, {"b", 1}, {"c", 1}}, {.balance = Balance::LeastLoaded},
                      clock_);
  EXPECT_EQ(group.pick(), 0u);
  EXPECT_EQ(group.pick(), 1u);
  EXPECT_EQ(group.pick(), 2u);
  group.release(1);
  EXPECT_EQ(group.pick(), 1u) << "the other two are at work";
  group.release(2);
  group.release(0);
  group.release(1);
  EXPECT_EQ(group.pick(), 2u) << "in turn among equals";
  EXPECT_EQ(group.pick(), 0u);
  EXPECT_EQ(group.status()[0].in_flight, 1u);
  EXPECT_EQ(group.status()[1].in_flight, 0u);
}

TEST_F(TheInstanceGroup, PassesOverAFullOneAndRefusesWhenAllAreFull) {
  InstanceGroup group("shop", {{"a", 1}, {"b", 1}}, {.max_requests = 2}, clock_);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(group.pick()) << i;
  EXPECT_EQ(group.pick(), std::nullopt);
  EXPECT_EQ(group.refused(), 1u);
  group.release(1);
  EXPECT_EQ(group.pick(), 1u);
  EXPECT_EQ(group.pick(), std::nullopt);
}

TEST_F(TheInstanceGroup, DoesNotOverflowFromFullOnesToIllOnes) {
  InstanceGroup group("shop", {{"a", 1}, {"b", 1}}, {.max_requests = 1}, clock_);
  group.checked(1, CheckState::Failing);
  EXPECT_EQ(group.pick(), 0u);
  EXPECT_EQ(group.pick(), std::nullopt) << "one is well, only full";
}

TEST_F(TheInstanceGroup, NeverSeatsMoreThanThereIsRoomForHoweverManyAskAtOnce) {
  constexpr int kRoom = 3;
  InstanceGroup group("shop", {{"a", 1}, {"b", 1}},
                      {.balance = Balance::LeastLoaded, .max_requests = kRoom}, clock_);
  std::array<std::atomic<int>, 2> here{};
  std::atomic<int> most = 0;
  std::atomic<int> seated = 0;
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 8; ++i) {
      askers.emplace_back([&] {
        for (int turn = 0; turn < 2'000; ++turn) {
          const auto picked = group.pick();
          if (!picked) continue;
          ++seated;
          const int now = ++here[*picked];
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          group.succeeded(*picked);
          --here[*picked];
          group.release(*picked);
        }
      });
    }
  }
  EXPECT_LE(most, kRoom);
  EXPECT_GT(seated, 0);
  EXPECT_EQ(group.status()[0].in_flight, 0u);
  EXPECT_EQ(group.status()[1].in_flight, 0u);
}

TEST_F(TheInstanceGroup, GoesByTheHealthCheckToo) {
  group_.checked(1, CheckState::Failing);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Ill);
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 2u);
  group_.checked(0, CheckState::Failing);
  group_.checked(2, CheckState::Failing);
  EXPECT_FALSE(group_.healthy());
  EXPECT_EQ(group_.pick(), 0u) << "all are ill: all are used";
  EXPECT_EQ(group_.pick(), 1u);
  group_.checked(2, CheckState::Passing);
  EXPECT_EQ(group_.pick(), 2u);
  EXPECT_EQ(group_.pick(), 2u) << "the only one that is well";
}

TEST_F(TheInstanceGroup, OneWhoseCheckPassesAgainNeedsNoTrial) {
  make_ill(1);
  group_.checked(1, CheckState::Passing);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Ill) << "its requests fail, whatever it says";
  group_.checked(1, CheckState::Failing);
  group_.checked(1, CheckState::Passing);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Healthy);
}

TEST_F(TheInstanceGroup, RefusesToBeEmpty) {
  EXPECT_THROW(InstanceGroup("nobody", {}), std::invalid_argument);
}

}  // namespace
}  // namespace banyan::strangler
