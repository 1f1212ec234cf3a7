// SPDX-License-Identifier: Apache-2.0
// Plans whose last step moves the writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "banyan/verdict/plan_runner.hpp"
#include "verdicts.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;

OperationVerdict write(Judgement judgement, std::uint64_t samples, std::uint64_t before = 5'000) {
  OperationVerdict write = verdict(judgement, samples, "a.write");
  write.effect = Effect::Write;
  write.before = before;
  return write;
}
std::vector<OperationVerdict> both(OperationVerdict write) {
  return {verdict(Judgement::BetterOrEqual), std::move(write)};
}
const std::vector<OperationVerdict> kNotYet = both(write(Judgement::CannotTell, 0));
const std::vector<OperationVerdict> kFailing = both(write(Judgement::Worse, 50));

/// Walks a plan whose last step moves the writes.
class MovingTheWrites : public testing::Test {
 protected:
  static Plan plan() {
    Plan plan;
    for (const std::string_view step : {"50%", "100%", "writes"}) {
      plan.steps.push_back(plan_step_from(step).value());
      plan.steps.back().dwell = Seconds(10);
    }
    return plan;
  }
  MovingTheWrites() { EXPECT_TRUE(runner_.start()); }

  PlanAction tick(const std::vector<OperationVerdict>& verdicts,
                  std::optional<std::string> stay = {}) {
    clock_.advance(Seconds(1));
    const PlanAction action = runner_.tick({now_, std::move(stay)}, verdicts);
    if (action.shifts()) now_ = action.to;
    return action;
  }
  void walk_to_the_writes() {
    for (int i = 0; i < 100 && now_.writes == Side::Local; ++i) tick(kNotYet);
    ASSERT_EQ(now_, Traffic::of(Percent::all(), Side::Remote)) << runner_.reason();
    tick(kNotYet);  // has begun
  }

  ManualClock clock_;
  PlanRunner runner_{plan(), clock_};
  Traffic now_ = plan().steps.front().traffic();
};

TEST_F(MovingTheWrites, DoesItWhenAllReadsWereGoodAndIsOverWhenTheWritesAre) {
  walk_to_the_writes();
  EXPECT_EQ(runner_.reason(), "100% was good, and the writes follow");
  const auto few = both(write(Judgement::BetterOrEqual, 7));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(tick(few).shifts());
  EXPECT_EQ(tick(few).reason,
            "a.write: 7 requests on the new side, and 1000 are needed before the step that moves "
            "the writes is over");
  EXPECT_FALSE(tick(both(write(Judgement::BetterOrEqual, 1'000))).shifts());
  EXPECT_EQ(runner_.state(), PlanState::Completed);
  EXPECT_EQ(now_, Traffic::of(Percent::all(), Side::Remote));
}

TEST_F(MovingTheWrites, WaitsUntilItIsKnownWhatIsUsualOfThem) {
  const auto seldom = both(write(Judgement::CannotTell, 0, 12));
  for (int i = 0; i < 200; ++i) tick(seldom);
  EXPECT_EQ(now_, Traffic::of(Percent::all(), Side::Local));
  EXPECT_EQ(tick(seldom).reason,
            "a.write: 12 writes were seen on the old side, and 1000 are needed to know what is "
            "usual before they move");
  walk_to_the_writes();
}

TEST_F(MovingTheWrites, BringsThemHomeAtOnceWhenTheyFailAndMayComeHome) {
  walk_to_the_writes();
  EXPECT_TRUE(tick(kFailing).shifts());
  EXPECT_EQ(now_, Traffic{});
  EXPECT_EQ(runner_.state(), PlanState::RolledBack);
}

TEST_F(MovingTheWrites, BringsTheWritesHomeBeforeAnyReadsWhenTheNewSideIsOnlySlow) {
  walk_to_the_writes();
  EXPECT_TRUE(tick(slow()).shifts());
  EXPECT_EQ(now_, Traffic::of(Percent::all(), Side::Local));
  EXPECT_EQ(runner_.state(), PlanState::Returning);
  for (int i = 0; i < 100; ++i) tick(kNotYet);
  EXPECT_EQ(now_, Traffic{});
}

TEST_F(MovingTheWrites, StaysAndNeedsAPersonWhereTheWritesMayNotComeHome) {
  walk_to_the_writes();
  EXPECT_FALSE(tick(kFailing, "nobody shares the data").shifts());
  EXPECT_EQ(runner_.state(), PlanState::NeedsPerson);
  EXPECT_EQ(runner_.reason(),
            "a.write: worse. The writes stay on the new side until a person decides: nobody shares "
            "the data");
  EXPECT_FALSE(runner_.trip("a burst", {now_, "nobody shares the data"}).shifts());
  EXPECT_THAT(runner_.reason(), HasSubstr("a.write: worse")) << "what was first";
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(tick(kNotYet).shifts()) << "good or not";
  EXPECT_EQ(runner_.state(), PlanState::NeedsPerson);
}

TEST_F(MovingTheWrites, CallsAgainWhenASideFailsThatAPersonWasCalledForBecauseItWasSlow) {
  walk_to_the_writes();
  OperationVerdict slower = write(Judgement::CannotTell, 5'000);
  slower.far_slower = true;
  tick(both(slower), "nobody shares the data");
  ASSERT_EQ(runner_.state(), PlanState::NeedsPerson);
  ASSERT_THAT(runner_.reason(), HasSubstr("it may be the day"));
  const auto before = runner_.mark();
  EXPECT_FALSE(tick(kFailing, "nobody shares the data").shifts());
  EXPECT_EQ(runner_.state(), PlanState::NeedsPerson);
  EXPECT_EQ(runner_.reason(),
            "a.write: worse. The writes stay on the new side until a person decides: nobody shares "
            "the data");
  const auto told = runner_.mark();
  EXPECT_TRUE(told != before) << "it is written down";
  // Once: also by another process, and when something else is worse.
  runner_ = PlanRunner(plan(), clock_, told);
  EXPECT_FALSE(runner_.trip("a burst", {now_, "nobody shares the data"}).shifts());
  EXPECT_FALSE(tick(both(slower), "nobody shares the data").shifts());
  EXPECT_EQ(runner_.reason(), told.reason);
  EXPECT_EQ(runner_.state(), PlanState::NeedsPerson);
}

TEST_F(MovingTheWrites, CallsAgainForABurstOfASideThatAPersonWasCalledForBecauseOfItsEvents) {
  walk_to_the_writes();
  OperationVerdict lane = verdict(Judgement::Worse, 5'000, "events of payments");
  lane.effect = Effect::Write;
  lane.counted = Counted::Events;
  auto with_lane = kNotYet;
  with_lane.push_back(lane);
  tick(with_lane, "nobody shares the data");
  ASSERT_EQ(runner_.state(), PlanState::NeedsPerson);
  ASSERT_THAT(runner_.reason(), HasSubstr("events of payments"));
  EXPECT_FALSE(runner_.trip("a burst", {now_, "nobody shares the data"}).shifts());
  EXPECT_THAT(runner_.reason(), HasSubstr("a burst. The writes stay on the new side"));
}

TEST_F(MovingTheWrites, GoesHomeAfterAllWhenNothingIsInTheWayAnyMoreAndItIsStillWorse) {
  walk_to_the_writes();
  tick(kFailing, "the tables are being switched");
  ASSERT_EQ(runner_.state(), PlanState::NeedsPerson);
  EXPECT_TRUE(tick(kFailing).shifts());
  EXPECT_EQ(now_, Traffic{});
}

TEST_F(MovingTheWrites, IsTakenUpAgainByAPersonWithTheStepFromItsBeginning) {
  walk_to_the_writes();
  tick(kFailing, "nobody shares the data");
  EXPECT_FALSE(runner_.pause("x"));
  ASSERT_TRUE(runner_.resume());
  const auto good = both(write(Judgement::BetterOrEqual, 1'000));
  for (int i = 0; i < 10; ++i) tick(good);
  EXPECT_EQ(runner_.state(), PlanState::Running);
  tick(good);
  EXPECT_EQ(runner_.state(), PlanState::Completed);
}

TEST_F(MovingTheWrites, PausesWhenSomebodyBringsThemHome) {
  walk_to_the_writes();
  now_ = Traffic::of(Percent::all(), Side::Local);
  EXPECT_FALSE(tick(kNotYet).shifts());
  EXPECT_EQ(runner_.state(), PlanState::Paused);
  EXPECT_EQ(runner_.reason(), "somebody has brought the writes home while the plan was at writes");
}

TEST_F(MovingTheWrites, IsNotHeldUpByTheWritesOfAWaivedOperation) {
  Plan waiving = plan();
  waiving.waived = {"a.write"};
  runner_ = PlanRunner(waiving, clock_);
  ASSERT_TRUE(runner_.start());
  const auto never = both(write(Judgement::CannotTell, 0, 0));
  for (int i = 0; i < 100; ++i) tick(never);
  EXPECT_EQ(runner_.state(), PlanState::Completed);
  EXPECT_EQ(now_, Traffic::of(Percent::all(), Side::Remote));
}

}  // namespace
}  // namespace banyan::strangler
