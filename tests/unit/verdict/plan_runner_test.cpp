// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/plan_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "banyan/kernel/random.hpp"
#include "verdicts.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;

/// What a lane says beside an operation.
std::vector<OperationVerdict> with_lane(Judgement judgement,
                                        std::vector<OperationVerdict> all = kGood) {
  all.push_back(verdict(judgement, 5'000, "events of payments"));
  all.back().effect = Effect::Write;
  all.back().counted = Counted::Events;
  return all;
}

Traffic reads(Percent share) { return Traffic::of(share, Side::Local); }

class Running : public testing::Test {
 protected:
  Running() { EXPECT_TRUE(runner_.start()); }

  /// A tick of a second, after which the traffic is where it was to go.
  PlanAction tick(const std::vector<OperationVerdict>& verdicts) {
    clock_.advance(Seconds(1));
    const PlanAction action = runner_.tick(reads(share_), verdicts);
    if (action.shifts()) share_ = action.to.reads;
    return action;
  }
  PlanAction ticks(int count, const std::vector<OperationVerdict>& verdicts) {
    PlanAction last;
    for (int i = 0; i < count; ++i) last = tick(verdicts);
    return last;
  }

  ManualClock clock_;
  PlanRunner runner_{Plan::usual(), clock_};
  Percent share_ = Plan::usual().steps.front().share;  ///< which is given with the start
};

TEST_F(Running, StopsAndNeedsAPersonForALaneThatIsWorseAndBringsNothingBack) {
  ticks(3, kGood);
  const Percent before = share_;
  EXPECT_FALSE(tick(with_lane(Judgement::Worse)).shifts());
  EXPECT_EQ(runner_.state(), PlanState::NeedsPerson);
  EXPECT_EQ(runner_.reason(),
            "events of payments: worse. Nothing is brought back by itself: a lane's way back is a "
            "position in its log, and a person decides");
  ticks(5'000, with_lane(Judgement::Worse));
  EXPECT_EQ(share_, before) << "neither forward nor back";
  EXPECT_TRUE(runner_.resume());
  ticks(2'000, kGood);
  EXPECT_GT(share_, before);
}

TEST_F(Running, StopsAndNeedsAPersonForAWorkerThatIsWorse) {
  ticks(3, kGood);
  const Percent before = share_;
  std::vector<OperationVerdict> verdicts = with_lane(Judgement::Worse);
  verdicts.back().reason = "worker sagas: worse";
  verdicts.back().counted = Counted::Work;
  EXPECT_FALSE(tick(verdicts).shifts());
  EXPECT_EQ(runner_.state(), PlanState::NeedsPerson);
  EXPECT_EQ(runner_.reason(),
            "worker sagas: worse. Nothing is brought back by itself: work is done where the module "
            "runs, and a person decides");
  EXPECT_EQ(share_, before);
}

TEST_F(Running, GoesBackForAnOperationThatIsWorseThoughALaneHasStoppedIt) {
  ticks(3, kGood);
  tick(with_lane(Judgement::Worse));
  ASSERT_EQ(runner_.state(), PlanState::NeedsPerson);
  EXPECT_TRUE(tick(with_lane(Judgement::Worse, kBad)).shifts());
  EXPECT_EQ(share_, Percent::none());
  EXPECT_EQ(runner_.state(), PlanState::RolledBack);
}

TEST_F(Running, IsNotHeldByALaneOfWhichNobodyCanTell) {
  ticks(5'000, with_lane(Judgement::CannotTell));
  EXPECT_EQ(runner_.state(), PlanState::Completed) << runner_.reason();
}

TEST_F(Running, TakesNoLaneForEvidenceOfAStep) {
  const Percent before = share_;
  ticks(2'000, with_lane(Judgement::BetterOrEqual, {}));
  EXPECT_EQ(share_, before);
  EXPECT_EQ(tick(with_lane(Judgement::BetterOrEqual, {})).reason,
            "there is no verdict about any operation");
}

TEST_F(Running, WalksToTheEndWhileAllIsGood) {
  std::string walked;
  for (int i = 0; i < 5'000 && runner_.state() == PlanState::Running; ++i) {
    const PlanAction action = tick(kGood);
    if (action.shifts()) walked += to_string(action.to.reads) + ' ';
  }
  EXPECT_EQ(walked, "5% 25% 50% 100% ");
  EXPECT_EQ(runner_.state(), PlanState::Completed);
  EXPECT_EQ(runner_.steps_begun(), 5U);
  EXPECT_EQ(runner_.reason(), "100% was good, and it was the last step");
  EXPECT_FALSE(tick(kBad).shifts());
}

TEST_F(Running, StaysForTheDwellTimeOfAStep) {
  EXPECT_EQ(tick(kGood).reason, "1% has begun");
  EXPECT_FALSE(ticks(599, kGood).shifts());
  EXPECT_EQ(tick(kGood).to.reads, Percent::of_hundredths(500).value());
}

TEST_F(Running, HoldsWhileItCannotBeTold) {
  EXPECT_EQ(ticks(10'000, kUnknown).reason, "a.one: cannot_tell");
  EXPECT_EQ(share_, Percent::of_hundredths(100).value());
  EXPECT_TRUE(tick(kGood).shifts());
}

TEST_F(Running, HoldsForAnOperationThatWasHardlySeenAndNamesIt) {
  const std::vector<OperationVerdict> rare{verdict(Judgement::BetterOrEqual),
                                           verdict(Judgement::BetterOrEqual, 7, "a.rare")};
  EXPECT_EQ(ticks(1'000, rare).reason,
            "a.rare: 7 requests on the new side, and 1000 are needed before 1% is over");
  EXPECT_FALSE(ticks(1, {}).shifts());
}

TEST(Plan, MayWaiveAnOperationThatHardlyAnybodyAsksFor) {
  ManualClock clock;
  Plan plan = Plan::usual();
  plan.waived = {"a.rare"};
  PlanRunner runner(plan, clock);
  ASSERT_TRUE(runner.start());
  const Percent first = plan.steps[0].share;
  (void)runner.tick(reads(first), {});
  clock.advance(Seconds(600));
  EXPECT_TRUE(runner
                  .tick(reads(first), {verdict(Judgement::BetterOrEqual),
                                       verdict(Judgement::CannotTell, 0, "a.rare")})
                  .shifts());
  // Worse it may not be.
  EXPECT_EQ(runner.tick(reads(first), {verdict(Judgement::Worse, 1, "a.rare")}).to.reads,
            Percent::none());
}

TEST_F(Running, GoesBackToNothingAsSoonAsOneIsWorse) {
  ticks(700, kGood);
  ASSERT_GT(share_, Percent::none());
  const PlanAction back =
      tick({verdict(Judgement::BetterOrEqual), verdict(Judgement::Worse, 9, "a.two")});
  EXPECT_TRUE(back.shifts());
  EXPECT_EQ(back.to.reads, Percent::none());
  EXPECT_EQ(back.reason, "a.two: worse");
  EXPECT_EQ(runner_.state(), PlanState::RolledBack);
  EXPECT_FALSE(ticks(1'000, kGood).shifts());
}

TEST_F(Running, GoesBackAlsoWhilePaused) {
  ticks(100, kGood);
  ASSERT_TRUE(runner_.pause("a release of something else"));
  EXPECT_EQ(ticks(2'000, kGood).reason, "a release of something else");
  EXPECT_TRUE(tick(kBad).shifts());
  EXPECT_EQ(share_, Percent::none());
}

/// Good answers that take too long.
TEST_F(Running, LeavesASlowSideStepByStepAndAFailingOneAtOnce) {
  for (int i = 0; i < 5'000 && share_ < Percent::of_hundredths(5'000).value(); ++i) tick(kGood);
  ASSERT_EQ(share_, Percent::of_hundredths(5'000).value());
  EXPECT_EQ(tick(slow()).to.reads, Percent::of_hundredths(2'500).value())
      << "the first step at once";
  EXPECT_EQ(runner_.state(), PlanState::Returning);
  EXPECT_FALSE(ticks(30, slow()).shifts());
  EXPECT_EQ(tick(slow()).to.reads, Percent::of_hundredths(500).value());
  const PlanAction back = tick(kBad);
  EXPECT_EQ(back.to.reads, Percent::none());
  EXPECT_EQ(runner_.state(), PlanState::RolledBack);
}

TEST_F(Running, CanBePausedOnItsWayBackAndGoesOnFromThere) {
  for (int i = 0; i < 5'000 && share_ < Percent::of_hundredths(5'000).value(); ++i) tick(kGood);
  const auto first = runner_.back_gradually(reads(share_), "before the sale");
  ASSERT_TRUE(first);
  share_ = first->to.reads;
  tick(kGood);
  ASSERT_EQ(share_, Percent::of_hundredths(2'500).value());
  ASSERT_TRUE(runner_.pause("the sale is over"));
  ticks(100, kGood);
  EXPECT_EQ(share_, Percent::of_hundredths(2'500).value());
  ASSERT_TRUE(runner_.resume());
  tick(kGood);
  EXPECT_EQ(runner_.step(), 2U);
  EXPECT_EQ(share_, Percent::of_hundredths(2'500).value());
}

TEST_F(Running, HasNothingToBringBackFromNothing) {
  PlanRunner fresh(Plan::usual(), clock_);
  EXPECT_EQ(fresh.back_gradually(Traffic{}, "x").error().rule, "banyan.plan_state");
}

TEST_F(Running, GoesOnFromWhereItWasWrittenDownWithTheStepFromItsBeginning) {
  ticks(1'300, kGood);
  const PlanRunner::Mark mark = runner_.mark();
  ASSERT_EQ(mark.step, 2U);
  PlanRunner next(Plan::usual(), clock_, mark);
  EXPECT_EQ(next.state(), PlanState::Running);
  EXPECT_FALSE(next.tick(reads(share_), kGood).shifts());
  clock_.advance(Seconds(599));
  EXPECT_FALSE(next.tick(reads(share_), kGood).shifts());
  clock_.advance(Seconds(1));
  EXPECT_TRUE(next.tick(reads(share_), kGood).shifts());
  EXPECT_THROW(PlanRunner(Plan::usual(), clock_, {.step = 5}), std::invalid_argument);
}

TEST_F(Running, GoesOnWithAStepThatAnotherHasConducted) {
  ticks(300, kGood);
  const std::chrono::milliseconds lasted = runner_.lasted();
  EXPECT_EQ(lasted, Seconds(299)) << "since the tick that found it begun";
  PlanRunner next(Plan::usual(), clock_, runner_.mark());
  EXPECT_EQ(next.lasted(), Seconds(0));
  clock_.advance(Seconds(86'400));  // in which nobody conducted
  next.go_on(lasted);
  EXPECT_EQ(next.tick(reads(share_), kGood).reason, "1% stays for another 301s");
  EXPECT_EQ(next.steps_begun(), 0U) << "what was seen of it counts on";
  clock_.advance(Seconds(301));
  EXPECT_TRUE(next.tick(reads(share_), kGood).shifts());
}

TEST_F(Running, LeavesOutTimeInWhichNobodyWasThereForwardAndBack) {
  ticks(300, kGood);
  clock_.advance(Seconds(5'000));
  runner_.leave_out(Seconds(5'000));
  EXPECT_EQ(runner_.lasted(), Seconds(299));
  EXPECT_FALSE(ticks(300, kGood).shifts());
  EXPECT_TRUE(tick(kGood).shifts());
  share_ = runner_.back_gradually(reads(share_), "before the sale").value().to.reads;
  ASSERT_GT(share_, Percent::none());
  ASSERT_FALSE(tick(kGood).shifts());
  clock_.advance(Seconds(5'000));
  runner_.leave_out(Seconds(5'000));
  EXPECT_FALSE(ticks(29, kGood).shifts());
  EXPECT_TRUE(tick(kGood).shifts());
}

TEST_F(Running, NeedsAPersonWhereAnswersTakeFarLongerAndNobodyIsLeftToAsk) {
  for (int i = 0; i < 5'000 && share_ < Percent::all(); ++i) tick(kGood);
  ASSERT_EQ(share_, Percent::all());
  std::vector<OperationVerdict> far = kUnknown;
  far.front().far_slower = true;
  EXPECT_FALSE(tick(far).shifts());
  EXPECT_EQ(runner_.state(), PlanState::NeedsPerson);
  EXPECT_THAT(runner_.reason(), HasSubstr("a.one: cannot_tell. More than half of the last minute"));
  EXPECT_EQ(share_, Percent::all());
  EXPECT_TRUE(tick(kBad).shifts()) << "failures bring it back all the same";
  EXPECT_EQ(share_, Percent::none());
}

// Running and at 25 %, the process dies; somebody brings all back, or shifts; then another takes
// it.
TEST_F(Running, DoesNotGoForwardOverWhatSomebodyHasDoneWhileNobodyConducted) {
  ticks(1'300, kGood);
  const PlanRunner::Mark mark = runner_.mark();
  ASSERT_EQ(share_, Percent::of_hundredths(2'500).value());
  PlanRunner after_back(Plan::usual(), clock_, mark);
  EXPECT_FALSE(after_back.tick(Traffic{}, kGood).shifts());
  EXPECT_EQ(after_back.state(), PlanState::Aborted);
  PlanRunner after_shift(Plan::usual(), clock_, mark);
  EXPECT_FALSE(after_shift.tick(reads(Percent::of_hundredths(1'000).value()), kGood).shifts());
  EXPECT_EQ(after_shift.state(), PlanState::Paused);
  EXPECT_EQ(after_shift.reason(),
            "somebody has shifted the traffic to 10% while the plan was at 25%");
}

TEST_F(Running, StaysForTheDwellTimeOfTheWayBackAlsoWhenAnotherGoesOnWithIt) {
  for (int i = 0; i < 5'000 && share_ < Percent::of_hundredths(5'000).value(); ++i) tick(kGood);
  share_ = runner_.back_gradually(reads(share_), "before the sale").value().to.reads;
  ASSERT_EQ(share_, Percent::of_hundredths(2'500).value());
  EXPECT_EQ(runner_.mark().step, 2U) << "where it goes on when it is paused";
  for (int i = 0; i < 10; ++i) {
    runner_ = PlanRunner(Plan::usual(), clock_, runner_.mark());
    EXPECT_FALSE(ticks(30, kGood).shifts());
  }
  EXPECT_EQ(tick(kGood).to.reads, Percent::of_hundredths(500).value());
}

TEST_F(Running, LeavesForWhoTakesBackOnlyAndDoesNotGoOnAlongTheSteps) {
  for (int i = 0; i < 5'000 && share_ < Percent::of_hundredths(5'000).value(); ++i) tick(kGood);
  EXPECT_FALSE(runner_.leave_if_worse(reads(share_), kGood));
  EXPECT_FALSE(runner_.leave_if_worse(reads(share_), kUnknown));
  const auto first = runner_.leave_if_worse(reads(share_), slow());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->to.reads, Percent::of_hundredths(2'500).value());
  EXPECT_EQ(runner_.state(), PlanState::Returning);
  clock_.advance(Seconds(3'600));
  EXPECT_FALSE(runner_.leave_if_worse(reads(first->to.reads), slow()));
  const auto at_once = runner_.leave_if_worse(reads(first->to.reads), kBad);
  ASSERT_TRUE(at_once);
  EXPECT_EQ(at_once->to.reads, Percent::none());
  EXPECT_FALSE(runner_.leave_if_worse(reads(first->to.reads), kBad)) << "it is over";
}

TEST_F(Running, IsOverWhenTheRolloutHasMovedAsAWhole) {
  ticks(100, kGood);
  EXPECT_FALSE(runner_.complete("moved").shifts());
  EXPECT_EQ(runner_.state(), PlanState::Completed);
  EXPECT_FALSE(runner_.trip("a burst", reads(Percent::all())).shifts());
  EXPECT_FALSE(tick(kBad).shifts());
}

TEST_F(Running, GoesBackAtOnceWhenSomethingTrips) {
  ticks(100, kGood);
  const PlanAction back = runner_.trip("a.one: nine of ten requests failed", reads(Percent::all()));
  EXPECT_TRUE(back.shifts());
  EXPECT_EQ(back.to.reads, Percent::none());
  EXPECT_EQ(runner_.state(), PlanState::RolledBack);
  EXPECT_FALSE(runner_.trip("again", reads(Percent::all())).shifts());
}

TEST_F(Running, AsksAgainForAWayBackThatHasNotHappened) {
  ticks(100, kGood);
  (void)runner_.trip("trip", reads(Percent::all()));
  EXPECT_TRUE(runner_.tick(reads(share_), kGood).shifts());
  EXPECT_TRUE(runner_.tick(reads(share_), kGood).shifts());
  EXPECT_FALSE(runner_.tick(Traffic{}, kGood).shifts());
}

TEST_F(Running, GoesOnAfterAPauseWithTheStepFromItsBeginning) {
  ticks(500, kGood);
  ASSERT_TRUE(runner_.pause("lunch"));
  ticks(500, kGood);
  ASSERT_TRUE(runner_.resume());
  EXPECT_FALSE(ticks(500, kGood).shifts());
  EXPECT_EQ(runner_.step(), 0U);
  ticks(200, kGood);
  EXPECT_EQ(runner_.step(), 1U);
}

TEST_F(Running, PausesWhenSomebodyElseSteers) {
  ticks(100, kGood);
  share_ = Percent::of_hundredths(5'000).value();
  EXPECT_FALSE(tick(kGood).shifts());
  EXPECT_EQ(runner_.state(), PlanState::Paused);
  EXPECT_EQ(runner_.reason(), "somebody has shifted the traffic to 50% while the plan was at 1%");
}

TEST_F(Running, IsOverWhenSomebodyBringsAllTrafficBack) {
  ticks(100, kGood);
  share_ = Percent::none();
  EXPECT_FALSE(tick(kGood).shifts());
  EXPECT_EQ(runner_.state(), PlanState::Aborted);
  EXPECT_EQ(runner_.reason(), "somebody has brought all traffic back while the plan was at 1%");
}

TEST_F(Running, AnAbortWinsOverEverything) {
  ticks(100, kGood);
  runner_.abort("Ann says so");
  EXPECT_FALSE(runner_.start());
  EXPECT_FALSE(runner_.resume());
  EXPECT_FALSE(runner_.pause("x"));
  EXPECT_TRUE(tick(kGood).shifts());
  EXPECT_EQ(share_, Percent::none());
  EXPECT_FALSE(ticks(10'000, kGood).shifts());
  EXPECT_EQ(runner_.state(), PlanState::Aborted);
  EXPECT_EQ(runner_.reason(), "Ann says so");
}

// Whatever happens in whatever order: after an abort or a roll-back traffic never goes forward, and
// no step is entered but the next one.
TEST(PlanRunnerAtRandom, NeverGoesForwardUnlessAllIsGood) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    ManualClock clock;
    PlanRunner runner(Plan::usual(), clock);
    (void)runner.start();
    Percent share = runner.plan().steps.front().share;
    bool over = false;
    for (int i = 0; i < 400; ++i) {
      clock.advance(Seconds(random.next() % 200));
      const PlanRunner before = runner;
      const std::size_t step = runner.step();
      const std::array all{&kGood, &kGood, &kGood, &kUnknown, &kBad};
      const auto* const verdicts = all[random.next() % 80 == 0 ? 4 : random.next() % 4];
      PlanAction action;
      switch (random.next() % 40) {
        case 0: (void)runner.pause("x"); break;
        case 1:
          if (runner.resume()) share = runner.plan().steps[runner.step()].share;
          break;
        case 2:
          if (random.next() % 10 == 0) runner.abort("x");
          break;
        case 3:
          if (random.next() % 10 == 0) action = runner.trip("x", reads(Percent::all()));
          break;
        default: action = runner.tick(reads(share), *verdicts);
      }
      ASSERT_LE(runner.step(), step + 1);
      if (runner.step() > step) {
        ASSERT_EQ(verdicts, &kGood);
      }
      over =
          over || runner.state() == PlanState::Aborted || runner.state() == PlanState::RolledBack;
      if (over && action.shifts()) {
        ASSERT_EQ(action.to.reads, Percent::none());
      }
      if (action.shifts() && action.to.reads > share) {
        ASSERT_GT(runner.step(), step)
            << "forward is to the next step, and never to the same again";
      }
      // Now and then it does not happen, or somebody else shifts.
      if (action.shifts() && random.next() % 4 != 0) {
        share = action.to.reads;
      } else if (action.shifts()) {
        runner = before;
        over = false;
      }
      if (random.next() % 100 == 0) {
        share =
            Percent::of_hundredths(static_cast<std::int64_t>(random.next() % 2) * 1'000).value();
      }
    }
  }
}

TEST(Plan, IsRefusedWhenItsStepsDoNotGrow) {
  Plan plan;
  EXPECT_EQ(plan.check().error().rule, "banyan.bad_plan");
  plan = Plan::usual();
  EXPECT_TRUE(plan.check());
  std::swap(plan.steps[1], plan.steps[2]);
  EXPECT_THAT(plan.check().error().message, HasSubstr("5% comes after 25%"));
  const ManualClock clock;
  EXPECT_THROW(PlanRunner(plan, clock), std::invalid_argument);
}

TEST(Plan, MovesTheWritesLastAndAfterAllOfTheReads) {
  Plan plan;
  plan.steps = {plan_step_from("50%").value(), plan_step_from("writes").value()};
  EXPECT_THAT(plan.check().error().message, HasSubstr("a step of 100% comes before them"));
  plan.steps.insert(plan.steps.begin() + 1, plan_step_from("100%").value());
  EXPECT_TRUE(plan.check());
  EXPECT_TRUE(plan.moves_writes());
  plan.steps.push_back(plan_step_from("writes").value());
  EXPECT_THAT(plan.check().error().message, HasSubstr("nothing comes after"));
  EXPECT_EQ(to_string(plan.steps[2]), "writes");
  EXPECT_EQ(to_string(plan.steps[0]), "50%");
  EXPECT_FALSE(plan_step_from("wirtes"));
}

TEST(Plan, CanBeStartedOnce) {
  const ManualClock clock;
  PlanRunner runner(Plan::usual(), clock);
  EXPECT_FALSE(runner.tick(Traffic{}, kGood).shifts());
  EXPECT_FALSE(runner.pause("x"));
  ASSERT_TRUE(runner.start());
  EXPECT_EQ(runner.start().error().rule, "banyan.plan_state");
}

}  // namespace
}  // namespace banyan::strangler
