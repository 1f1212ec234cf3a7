// SPDX-License-Identifier: Apache-2.0
// The conductor of a plan that moves the writes.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "banyan/promotion/conductor.hpp"
#include "conducted.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
using Kind = Conductor::Note::Kind;

class TheConductorOfWrites : public Conducted {
 protected:
  TheConductorOfWrites() : Conducted({"catalog.read", {"catalog.write", Effect::Write}}) {}

  void SetUp() override {
    Conducted::SetUp();
    here_->plan = plan_of({"50%", "100%", "writes"});
  }
  static Plan plan_of(const std::vector<std::string_view>& steps) {
    Plan plan;
    for (const std::string_view each : steps) {
      plan.steps.push_back(plan_step_from(each).value());
      plan.steps.back().dwell = std::chrono::seconds(2);
      plan.steps.back().samples = 500;
    }
    return plan;
  }
  bool writes_moved() const { return traffic().writes == Side::Remote; }

  /// So many reads on the new side and writes where they go, of which so many fail there.
  void both(int count, int failing = 0,
            std::chrono::milliseconds took = std::chrono::milliseconds(5)) {
    requests(*here_, count);
    OperationEvidence& evidence = here_->evidence.of("catalog", "catalog.write");
    const bool moved = writes_moved();
    for (int i = 0; i < count; ++i) {
      const bool fails = moved && i < failing;
      if (evidence.record(moved ? Group::New : Group::Control,
                          fails ? Ending::Failed : Ending::Good,
                          moved ? took : std::chrono::milliseconds(5))) {
        here_->conductor.trip("catalog", "catalog.write");
      }
    }
    tick();
  }
  void walk_to_the_writes() {
    start();
    for (int i = 0; i < 3'000 && !writes_moved(); ++i) both(100);
    ASSERT_TRUE(writes_moved()) << plan().reason;
    both(100);  // has begun
  }
};

TEST_F(TheConductorOfWrites, MovesThemAfterAllReadsAndIsOverWhenTheyWereGood) {
  walk_to_the_writes();
  EXPECT_EQ(last_line().why, "100% was good, and the writes follow");
  EXPECT_EQ(last_line().who, "plan (ann@desk)");
  EXPECT_EQ(traffic().stage, TrafficStage::Moved);
  EXPECT_THAT(here_->notes.back().message, HasSubstr("to 100% with the writes"));
  for (int i = 0; i < 3'000 && plan().state == PlanState::Running; ++i) both(100);
  EXPECT_EQ(plan().state, PlanState::Completed) << plan().reason;
  EXPECT_TRUE(writes_moved());
  EXPECT_TRUE(here_->store->verify()->problems.empty());
}

TEST_F(TheConductorOfWrites, HoldsWithTheReasonOfTheMatrixWhereTheyMayNotMove) {
  start();
  for (int i = 0; i < 3'000 && share() != Percent::all(); ++i) both(100);
  topology_.data = DataStage::Switching;
  for (int i = 0; i < 100; ++i) both(100);
  EXPECT_FALSE(writes_moved());
  EXPECT_EQ(plan().state, PlanState::Running);
  EXPECT_THAT(plan().reason, HasSubstr("refused: the tables of catalog are being switched"));
  EXPECT_EQ(std::ranges::count(here_->notes, Kind::Hindered, &Conductor::Note::kind), 1);
  topology_.data = DataStage::Separate;
  for (int i = 0; i < 100 && !writes_moved(); ++i) both(100);
  EXPECT_TRUE(writes_moved()) << "and goes on when they may";
}

TEST_F(TheConductorOfWrites, BringsThemHomeWithAllReadsInTheRequestThatShowsABurst) {
  walk_to_the_writes();
  both(40, 40);
  EXPECT_EQ(traffic(), Traffic{});
  EXPECT_EQ(plan().state, PlanState::RolledBack);
  EXPECT_THAT(last_line().why, HasSubstr("catalog.write: the new side fails again and again"));
}

// Nobody is left to tell whether it is the new side, or the day.
TEST_F(TheConductorOfWrites, LeavesThemWhenTheyAreOnlySlowAndCallsAPerson) {
  walk_to_the_writes();
  for (int i = 0; i < 500; ++i) both(100, 0, std::chrono::milliseconds(80));
  EXPECT_TRUE(writes_moved());
  EXPECT_EQ(plan().state, PlanState::NeedsPerson);
  EXPECT_THAT(plan().reason, HasSubstr("catalog.write"));
  EXPECT_THAT(plan().reason, HasSubstr("of the old one before they moved; nobody is left there"));
  const auto calls = std::ranges::count(here_->notes, Kind::NeedsPerson, &Conductor::Note::kind);
  EXPECT_EQ(calls, 1);
}

TEST_F(TheConductorOfWrites, LeavesThemAndCallsAPersonWhereTheOldSideMayLackWhatWasWritten) {
  topology_.old_side_sees_writes = false;
  walk_to_the_writes();
  both(40, 40);
  for (int i = 0; i < 100; ++i) both(100, 50);
  EXPECT_TRUE(writes_moved());
  EXPECT_EQ(plan().state, PlanState::NeedsPerson);
  EXPECT_THAT(plan().reason, HasSubstr("catalog.write: the new side fails again and again"));
  EXPECT_THAT(plan().reason, HasSubstr("shared_data = true in [rollouts.catalog.fallback]"));
  const auto lines = here_->store->history(1, "catalog", kPlanLine);
  ASSERT_TRUE(lines && lines->size() == 1);
  EXPECT_EQ(nlohmann::json::parse(lines->front().after)["state"], "needs_person");
  EXPECT_THAT(lines->front().why, HasSubstr("catalog.write: the new side fails"));
  const auto calls = std::ranges::count(here_->notes, Kind::NeedsPerson, &Conductor::Note::kind);
  EXPECT_EQ(calls, 1) << "loudly, and once";
  // It outlives the process, and the next one does not act either.
  here_ = process();
  tick();
  for (int i = 0; i < 100; ++i) both(100, 50);
  EXPECT_TRUE(writes_moved());
  EXPECT_EQ(plan().state, PlanState::NeedsPerson);
  ASSERT_TRUE(here_->board.back("catalog", {"bo", "we copy what is missing"}));
  for (int i = 0; i < 10; ++i) tick();
  EXPECT_FALSE(writes_moved());
  EXPECT_NE(plan().state, PlanState::NeedsPerson);
}

TEST_F(TheConductorOfWrites, CallsOnceMoreWhenTheyFailForWhichAPersonWasCalledBecauseTheyWereSlow) {
  topology_.old_side_sees_writes = false;
  walk_to_the_writes();
  const auto calls = [&] {
    return std::ranges::count(here_->notes, Kind::NeedsPerson, &Conductor::Note::kind);
  };
  const auto slow = std::chrono::milliseconds(80);
  for (int i = 0; i < 500; ++i) both(100, 0, slow);
  ASSERT_EQ(plan().state, PlanState::NeedsPerson) << plan().reason;
  ASSERT_EQ(calls(), 1);
  for (int i = 0; i < 100; ++i) both(100, 50, slow);
  EXPECT_TRUE(writes_moved());
  EXPECT_THAT(plan().reason, HasSubstr("catalog.write: the new side fails again and again"));
  EXPECT_THAT(here_->notes.back().message, HasSubstr("the new side fails again and again"));
  EXPECT_EQ(calls(), 2) << "once more, and no oftener";
  const auto lines = here_->store->history(2, "catalog", kPlanLine);
  ASSERT_TRUE(lines && lines->size() == 2);
  EXPECT_THAT(lines->front().why, HasSubstr("the new side fails again and again"));
  EXPECT_TRUE(here_->store->verify()->problems.empty());
}

TEST_F(TheConductorOfWrites, JudgesAnewWhatAPersonTakesUpAgain) {
  topology_.old_side_sees_writes = false;
  walk_to_the_writes();
  both(40, 40);
  ASSERT_EQ(plan().state, PlanState::NeedsPerson);
  PlanOrder resume;
  resume.verb = PlanVerb::Resume;
  ASSERT_TRUE(here_->desk.order("catalog", resume, {"bo", "the disk was full"}));
  for (int i = 0; i < 3'000 && plan().state == PlanState::Running; ++i) both(100);
  EXPECT_EQ(plan().state, PlanState::Completed) << plan().reason;
  EXPECT_TRUE(writes_moved());
}

TEST_F(TheConductorOfWrites, LeavesThemWhereAPersonHasMovedThemAfterBringingThemHome) {
  walk_to_the_writes();
  here_->conductor.end();
  const auto elsewhere = process();
  ASSERT_TRUE(elsewhere->board.back("catalog", {"bo", "a look at the rows"}));
  ASSERT_TRUE(elsewhere->board.next("catalog", {"bo", "all is there"}));
  for (int i = 0; i < 100; ++i) both(100, 50);
  EXPECT_TRUE(writes_moved()) << "what a person has moved, a plan does not bring home";
  EXPECT_EQ(plan().state, PlanState::Completed);
  EXPECT_EQ(plan().reason, "somebody has moved it: its writes are on the new side");
}

TEST_F(TheConductorOfWrites, WaitsForNoEvidenceOfWritesThatThePlanDoesNotMove) {
  here_->plan = plan_of({"50%", "100%"});
  start();
  for (int i = 0; i < 3'000 && plan().state == PlanState::Running; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(plan().state, PlanState::Completed) << plan().reason;
  EXPECT_FALSE(writes_moved());
}

}  // namespace
}  // namespace banyan::strangler
