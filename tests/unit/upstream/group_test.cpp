// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/group.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace banyan::upstream {
namespace {

class TheGroup : public testing::Test {
 protected:
  TheGroup() : group_(shop({{"127.0.0.1", 1}, {"127.0.0.1", 2}, {"127.0.0.1", 3}}), clock_) {}

  static GroupOptions shop(std::vector<http::Endpoint> instances, GroupRules rules = {}) {
    return {.name = "shop", .instances = std::move(instances), .rules = rules};
  }
  static std::optional<std::size_t> pick_but(Group& group, std::size_t avoid) {
    return group.pick(std::span(&avoid, 1));
  }
  static void checked(Group& group, std::size_t instance, CheckState state) {
    group.checked(instance, group.take_over_checks(instance), state);
  }

  void eject(std::size_t instance) {
    for (int i = 0; i < 5; ++i) group_.failed(instance);
  }

  ManualClock clock_;
  Group group_;
};

TEST_F(TheGroup, TakesInstancesInTurn) {
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 1u);
  EXPECT_EQ(group_.pick(), 2u);
  EXPECT_EQ(group_.pick(), 0u);
}

TEST_F(TheGroup, PassesOverAnEjectedOne) {
  eject(1);
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 2u);
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_TRUE(group_.healthy());
}

TEST_F(TheGroup, WithRoomForFourTakesTwoUploadsThatAreNotWhole) {
  Group group(shop({{"127.0.0.1", 1}}, {.max_requests = 4}), clock_);
  using enum Group::Body;
  const auto first = group.pick({}, Comes);
  const auto second = group.pick({}, Comes);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(group.pick({}, Comes), std::nullopt);
  ASSERT_TRUE(group.pick());

  group.uploaded(*first);
  ASSERT_TRUE(group.pick({}, Comes));
  EXPECT_EQ(group.pick(), std::nullopt);
  EXPECT_EQ(group.status()[0].in_flight, 4u);
}

TEST_F(TheGroup, PassesOverAnInstanceWhereTheClientHasItsShareOfUploads) {
  Group group(shop({{"127.0.0.1", 1}, {"127.0.0.1", 2}}, {.max_requests = 4}), clock_);
  using enum Group::Body;
  EXPECT_EQ(group.pick({}, Comes, "192.0.2.1"), 0u);
  EXPECT_EQ(group.pick({}, Comes, "192.0.2.1"), 1u);
  EXPECT_EQ(group.pick({}, Comes, "192.0.2.1"), std::nullopt);
  EXPECT_EQ(group.status()[0].in_flight, 1u);
  EXPECT_EQ(group.pick({}, Comes, "192.0.2.2"), 0u);
  group.uploaded(1, "192.0.2.1");
  EXPECT_EQ(group.pick({}, Comes, "192.0.2.1"), 1u);
}

TEST_F(TheGroup, TellsOnceThatRequestsHaveEjectedAnInstanceAndThatOneWasAnsweredAgain) {
  std::vector<std::string> told;
  GroupOptions options{.name = "shop", .instances = {{"127.0.0.1", 1}}};
  options.changed = [&](const HealthChange& change) {
    told.push_back((change.passing ? "healthy: " : "ejected: ") + change.why);
  };
  Group group(std::move(options), clock_);
  for (int i = 0; i < 7; ++i) group.failed(0);
  EXPECT_EQ(told,
            std::vector<std::string>{"ejected: 5 of 5 requests of the last ten seconds failed"});
  clock_.advance(std::chrono::seconds{5});
  group.failed(0);
  EXPECT_EQ(told.size(), 1u) << "it was ejected, and is";
  EXPECT_FALSE(group.healthy());
  clock_.advance(std::chrono::seconds{60});
  ASSERT_EQ(group.status()[0].state, InstanceState::HalfOpen);
  EXPECT_FALSE(group.healthy()) << "nobody has reached it since";
  group.succeeded(0);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1], "healthy: it has answered a request");
  EXPECT_TRUE(group.healthy());
}

TEST_F(TheGroup, UsesAllWhenAllAreEjected) {
  for (std::size_t i = 0; i < group_.size(); ++i) eject(i);
  EXPECT_FALSE(group_.healthy());
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 1u);
  EXPECT_EQ(group_.pick(), 2u);
}

TEST_F(TheGroup, ASecondAttemptGoesElsewhere) {
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(pick_but(group_, 1), 2u);
  eject(0);
  eject(1);
  EXPECT_EQ(pick_but(group_, 2), 0u)
      << "even to an ejected one rather than to the one that just failed";
}

TEST_F(TheGroup, AnInstanceOfItsOwnIsTriedAgain) {
  Group alone(shop({{"127.0.0.1", 1}}, {}), clock_);
  EXPECT_EQ(pick_but(alone, 0), 0u);
}

TEST_F(TheGroup, AHealedInstanceComesBack) {
  eject(1);
  clock_.advance(std::chrono::seconds{5});
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 1u) << "on trial";
  EXPECT_EQ(group_.status()[1].state, InstanceState::HalfOpen);
  group_.succeeded(1);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Healthy);
}

TEST_F(TheGroup, TellsWhatItKnows) {
  group_.succeeded(*group_.pick());
  group_.failed(*group_.pick());
  const auto status = group_.status();
  EXPECT_EQ(status[0].requests, 1u);
  EXPECT_EQ(status[0].failures, 0u);
  EXPECT_EQ(status[1].failures, 1u);
  EXPECT_EQ(status[1].last_seconds.failures, 1u);
  EXPECT_EQ(status[2].requests, 0u);
}

TEST_F(TheGroup, TakesTheLeastLoadedWhenToldTo) {
  Group group(shop({{"a", 1}, {"b", 1}, {"c", 1}}, {.balance = Balance::LeastLoaded}), clock_);
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

TEST_F(TheGroup, PassesOverAFullOneAndRefusesWhenAllAreFull) {
  Group group(shop({{"a", 1}, {"b", 1}}, {.max_requests = 2}), clock_);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(group.pick()) << i;
  EXPECT_EQ(group.pick(), std::nullopt);
  EXPECT_EQ(group.refused(), 1u);
  group.release(1);
  EXPECT_EQ(group.pick(), 1u);
  EXPECT_EQ(group.pick(), std::nullopt);
}

TEST_F(TheGroup, DoesNotOverflowFromFullOnesToEjectedOnes) {
  Group group(shop({{"a", 1}, {"b", 1}}, {.max_requests = 1}), clock_);
  checked(group, 1, CheckState::Failing);
  EXPECT_EQ(group.pick(), 0u);
  EXPECT_EQ(group.pick(), std::nullopt) << "one is well, only full";
}

TEST_F(TheGroup, NeverSeatsMoreThanThereIsRoomForHoweverManyAskAtOnce) {
  constexpr int kRoom = 3;
  Group group(shop({{"a", 1}, {"b", 1}}, {.balance = Balance::LeastLoaded, .max_requests = kRoom}),
              clock_);
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

TEST_F(TheGroup, GoesByTheHealthCheckToo) {
  checked(group_, 1, CheckState::Failing);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Ejected);
  EXPECT_EQ(group_.pick(), 0u);
  EXPECT_EQ(group_.pick(), 2u);
  checked(group_, 0, CheckState::Failing);
  checked(group_, 2, CheckState::Failing);
  EXPECT_FALSE(group_.healthy());
  EXPECT_EQ(group_.pick(), 0u) << "all are ejected: all are used";
  EXPECT_EQ(group_.pick(), 1u);
  checked(group_, 2, CheckState::Passing);
  EXPECT_EQ(group_.pick(), 2u);
  EXPECT_EQ(group_.pick(), 2u) << "the only one that is well";
}

TEST_F(TheGroup, OneWhoseCheckPassesAgainNeedsNoTrial) {
  eject(1);
  checked(group_, 1, CheckState::Passing);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Ejected)
      << "its requests fail, whatever it says";
  checked(group_, 1, CheckState::Failing);
  checked(group_, 1, CheckState::Passing);
  EXPECT_EQ(group_.status()[1].state, InstanceState::Healthy);
}

TEST_F(TheGroup, KeepsWhatAReloadLeavesAsItWas) {
  eject(1);
  const auto held = group_.pick();
  const Group next(shop({{"127.0.0.1", 9}, {"127.0.0.1", 2}, {"127.0.0.1", 1}}), clock_, &group_);
  const auto status = next.status();
  EXPECT_EQ(status[0].state, InstanceState::Healthy);
  EXPECT_EQ(status[0].requests, 0u);
  EXPECT_EQ(status[1].state, InstanceState::Ejected) << "by its address, not by its place";
  EXPECT_EQ(status[1].failures, 5u);
  EXPECT_EQ(status[2].in_flight, 1u);
  group_.release(*held);
  EXPECT_EQ(next.status()[2].in_flight, 0u) << "who began at the old one ends at the same instance";
  EXPECT_EQ(&next.connections(), &group_.connections());
}

TEST_F(TheGroup, BeginsAnewWhereTheRulesAreOthers) {
  eject(1);
  GroupOptions options = shop({{"127.0.0.1", 2}}, {.health = {.consecutive_failures = 50}});
  options.connections.connect_timeout = std::chrono::seconds{1};
  const Group next(options, clock_, &group_);
  EXPECT_EQ(next.status()[0].state, InstanceState::Healthy);
  EXPECT_NE(&next.connections(), &group_.connections());
}

TEST_F(TheGroup, KeepsItsBreakerOverAReload) {
  const GroupRules rules{.breaker = BreakerRules{.min_calls = 1}};
  const Group first(shop({{"a", 1}}, rules), clock_);
  first.breaker()->failed(first.breaker()->enter());
  const Group next(shop({{"a", 1}, {"b", 1}}, rules), clock_, &first);
  EXPECT_EQ(next.report().breaker->state, CircuitBreaker::State::Open);
  const Group other(shop({{"a", 1}}, {.breaker = BreakerRules{.min_calls = 2}}), clock_, &next);
  EXPECT_EQ(other.report().breaker->state, CircuitBreaker::State::Closed);
}

/// Whoever can do without: a copy.
class APlaceToSpare : public TheGroup {
 protected:
  /// At which instance, given back at once; -1 minus the reason when there is none.
  static int spare(Group& group) {
    const auto found = group.pick_spare();
    if (!found) return -1 - static_cast<int>(found.error());
    group.release(found->instance);
    return static_cast<int>(found->instance);
  }
  static constexpr int none(Group::NoSpare why) { return -1 - static_cast<int>(why); }
  static void reach_nobody(Group& group) {
    const auto found = group.pick_spare();
    ASSERT_TRUE(found);
    group.not_reached(*found);
    group.release(found->instance);
  }
};

TEST_F(APlaceToSpare, IsAtInstancesThatAreWellInTurn) {
  EXPECT_EQ(spare(group_), 0);
  EXPECT_EQ(spare(group_), 1);
  eject(2);
  EXPECT_EQ(spare(group_), 0);
  EXPECT_EQ(group_.status()[1].requests, 1u) << "what it was sent in all";
}

TEST_F(APlaceToSpare, IsAtNoneThatIsOnTrial) {
  eject(1);
  clock_.advance(std::chrono::seconds{5});
  ASSERT_EQ(group_.status()[1].state, InstanceState::HalfOpen);
  EXPECT_EQ(spare(group_), 0);
  EXPECT_EQ(spare(group_), 2);
  EXPECT_EQ(spare(group_), 0);
  EXPECT_EQ(group_.pick(), 1u) << "the trial is a real request's";
}

TEST_F(APlaceToSpare, IsNowhereWhenNobodyIsWell) {
  for (std::size_t i = 0; i < group_.size(); ++i) eject(i);
  EXPECT_EQ(group_.nobody_to_spare(), Group::NoSpare::Unwell);
  EXPECT_EQ(spare(group_), none(Group::NoSpare::Unwell));
}

TEST_F(APlaceToSpare, IsNowhereWhileTheBreakerIsNotClosed) {
  Group group(shop({{"a", 1}}, {.breaker = BreakerRules{.min_calls = 1}}), clock_);
  group.breaker()->failed(group.breaker()->enter());
  EXPECT_EQ(spare(group), none(Group::NoSpare::Unwell));
}

TEST_F(APlaceToSpare, IsNotAtAFullOneWhichIsNoRefusalOfARequest) {
  Group group(shop({{"a", 1}}, {.max_requests = 1}), clock_);
  ASSERT_TRUE(group.pick());
  EXPECT_EQ(group.nobody_to_spare(), std::nullopt);
  EXPECT_EQ(spare(group), none(Group::NoSpare::Full));
  EXPECT_EQ(group.refused(), 0u);
  group.release(0);
  EXPECT_EQ(spare(group), 0);
}

TEST_F(APlaceToSpare, IsForAWhileNotWhereNobodyWasReached) {
  Group group(shop({{"a", 1}, {"b", 1}}), clock_);
  reach_nobody(group);
  EXPECT_EQ(spare(group), 1);
  EXPECT_EQ(spare(group), 1);
  reach_nobody(group);
  EXPECT_EQ(group.nobody_to_spare(), Group::NoSpare::Paused);
  EXPECT_EQ(spare(group), none(Group::NoSpare::Paused));
  clock_.advance(ConnectPause::kFirst);
  EXPECT_EQ(group.nobody_to_spare(), std::nullopt);
  EXPECT_EQ(spare(group), 0);
  EXPECT_EQ(spare(group), 1) << "one at each";
  EXPECT_EQ(spare(group), none(Group::NoSpare::Paused)) << "until it is known what came of them";
}

TEST_F(APlaceToSpare, IsSaidToBePausedAndForHowLongYet) {
  using std::chrono::milliseconds;
  Group group(shop({{"a", 1}, {"b", 1}}), clock_);
  reach_nobody(group);
  EXPECT_EQ(group.status()[0].spares_paused, ConnectPause::kFirst);
  EXPECT_EQ(group.status()[1].spares_paused, milliseconds(0));
  clock_.advance(milliseconds(60));
  EXPECT_EQ(group.status()[0].spares_paused, ConnectPause::kFirst - milliseconds(60));
  clock_.advance(milliseconds(40));
  EXPECT_EQ(group.status()[0].spares_paused, milliseconds(0));
}

TEST_F(APlaceToSpare, ThatReachesNobodyIsNoNewsToRealRequests) {
  Group group(shop({{"a", 1}}), clock_);
  for (int i = 0; i < 50; ++i) {
    reach_nobody(group);
    clock_.advance(ConnectPause::kLongest);
  }
  reach_nobody(group);
  EXPECT_EQ(group.status()[0].state, InstanceState::Healthy);
  EXPECT_EQ(group.status()[0].failures, 0u);
  EXPECT_EQ(group.pick(), 0u);
}

TEST_F(APlaceToSpare, IsThereAgainOnceAnybodyIsReached) {
  Group group(shop({{"a", 1}}), clock_);
  reach_nobody(group);
  group.succeeded(*group.pick());
  EXPECT_EQ(spare(group), 0) << "by a real request";
  reach_nobody(group);
  clock_.advance(ConnectPause::kFirst);
  const auto probe = group.pick_spare();
  ASSERT_TRUE(probe);
  group.reached(*probe);
  EXPECT_EQ(spare(group), 0) << "by another copy";
  reach_nobody(group);
  checked(group, 0, CheckState::Failing);
  checked(group, 0, CheckState::Passing);
  EXPECT_EQ(spare(group), 0) << "by a health check that passes again";
}

TEST_F(APlaceToSpare, StaysPausedOverAReload) {
  Group first(shop({{"a", 1}}), clock_);
  reach_nobody(first);
  Group next(shop({{"a", 1}, {"b", 1}}), clock_, &first);
  EXPECT_EQ(spare(next), 1);
  EXPECT_EQ(spare(next), 1);
}

TEST_F(TheGroup, RefusesToBeEmpty) { EXPECT_THROW(Group(shop({}), clock_), std::invalid_argument); }

}  // namespace
}  // namespace banyan::upstream
