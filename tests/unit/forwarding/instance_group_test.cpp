// SPDX-License-Identifier: Apache-2.0
#include "forwarding/instance_group.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

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
  group_.succeeded(group_.pick());
  group_.failed(group_.pick());
  const auto status = group_.status();
  EXPECT_EQ(status[0].requests, 1u);
  EXPECT_EQ(status[0].failures, 0u);
  EXPECT_EQ(status[1].failures, 1u);
  EXPECT_EQ(status[1].last_seconds.failures, 1u);
  EXPECT_EQ(status[2].requests, 0u);
}

TEST_F(TheInstanceGroup, RefusesToBeEmpty) {
  EXPECT_THROW(InstanceGroup("nobody", {}), std::invalid_argument);
}

}  // namespace
}  // namespace banyan::strangler
