// SPDX-License-Identifier: Apache-2.0
// How far a step is, over restarts, pauses, other builds and other processes.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "banyan/promotion/conductor.hpp"
#include "conducted.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
using Kind = Conductor::Note::Kind;

/// A step of an hour, of which so much has passed.
class AStepThatIsUnderWay : public Conducted {
 protected:
  static constexpr int kTicks = 400;  // 100 s

  void SetUp() override {
    Conducted::SetUp();
    here_->plan.steps = {{.share = percent(25'00), .dwell = std::chrono::hours(1), .samples = 500},
                         {.share = Percent::all(), .dwell = std::chrono::hours(1), .samples = 500}};
    start();
    for (int i = 0; i < kTicks; ++i) {
      requests(*here_, 100);
      tick();
    }
    ASSERT_EQ(share(), percent(25'00));
    ASSERT_EQ(samples(), kSamples) << plan().reason;
  }

  /// So long nobody asks for anything.
  void pass(std::chrono::seconds time) {
    for (auto left = time; left.count() > 0; left -= Conductor::kMostBetweenTicks) {
      clock_.advance(std::min(left, Conductor::kMostBetweenTicks));
      here_->conductor.tick();
    }
  }
  /// The next process, when this one has ended.
  void restart(std::string program = "a build") {
    here_.reset();
    here_ = process(nullptr, std::move(program));
    here_->conductor.tick();
  }
  std::uint64_t samples() const { return plan().verdicts.front().samples; }
  std::string note() const { return here_->notes.empty() ? "" : here_->notes.back().message; }
  std::string kept() const {
    std::ifstream file(file_ + ".progress");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  static constexpr std::uint64_t kSamples = 100 * kTicks;
};

TEST_F(AStepThatIsUnderWay, GoesOnWhereItWasAfterARestart) {
  restart();
  EXPECT_EQ(plan().reason, "25% stays for another 3500s");
  EXPECT_EQ(samples(), kSamples);
  EXPECT_EQ(plan().verdicts.front().judgement, Judgement::BetterOrEqual);
  EXPECT_EQ(here_->notes.back().kind, Kind::TakenUp);
  EXPECT_EQ(note(), "at 25%, which has lasted 100s of 3600s; what was seen of it is kept");
  pass(std::chrono::seconds(3'501));
  EXPECT_EQ(share(), Percent::all()) << plan().reason;
}

TEST_F(AStepThatIsUnderWay, IsOverAfterItsTimeHoweverOftenTheProcessIsStartedAnew) {
  for (int hour = 0; hour < 6; ++hour) {
    pass(std::chrono::minutes(9));
    restart();
    ASSERT_EQ(share(), percent(25'00));
  }
  pass(std::chrono::minutes(9));
  EXPECT_EQ(share(), Percent::all()) << plan().reason;
}

TEST_F(AStepThatIsUnderWay, DoesNotCountTheTimeInWhichNobodyConducted) {
  here_.reset();
  clock_.advance(std::chrono::hours(3));
  here_ = process();
  here_->conductor.tick();
  EXPECT_THAT(plan().reason, HasSubstr("25% stays for another 3500s; what was seen of it begins "
                                       "anew, for that is longer ago than an hour"));
  EXPECT_EQ(samples(), 0U);
}

// Stopped by a signal or a debugger, or frozen with its container: its clock goes on.
TEST_F(AStepThatIsUnderWay, DoesNotCountTheTimeInWhichTheProcessStoodStill) {
  clock_.advance(std::chrono::hours(3));
  here_->conductor.tick();
  EXPECT_EQ(share(), percent(25'00));
  EXPECT_EQ(plan().reason, "25% stays for another 3495s");
  clock_.advance(std::chrono::hours(3));
  restart();
  EXPECT_EQ(plan().reason, "25% stays for another 3490s") << "nor before it ended";
  EXPECT_EQ(samples(), kSamples);
}

TEST_F(AStepThatIsUnderWay, DoesNotCountTheTimeInWhichAPersonHasPausedIt) {
  ASSERT_TRUE(here_->desk.order("catalog", {.verb = PlanVerb::Pause}, {"ann", "lunch"}));
  pass(std::chrono::hours(2));
  ASSERT_TRUE(here_->desk.order("catalog", {.verb = PlanVerb::Resume}, {"ann", "it is over"}));
  tick();
  EXPECT_EQ(plan().reason, "25% has begun") << "and begins anew";
  tick();
  EXPECT_EQ(plan().reason, "25% stays for another 3600s");
}

TEST_F(AStepThatIsUnderWay, DoesNotCountAClockThatSomebodySets) {
  for (const std::int64_t hours : {30, -30}) {
    clock_.set({clock_.now().micros + hours * 3'600'000'000});
    restart();
    EXPECT_THAT(plan().reason, HasSubstr("25% stays for another 3500s"));
  }
}

TEST_F(AStepThatIsUnderWay, LosesAFewSecondsWhenTheProcessIsKilled) {
  const std::string last = kept();
  ASSERT_THAT(last, HasSubstr("\"lasted_ms\":90000,")) << "every 15 s, and not more often";
  here_.reset();  // which writes once more: what a killed one does not
  std::ofstream(file_ + ".progress") << last;
  here_ = process();
  here_->conductor.tick();
  EXPECT_EQ(plan().reason, "25% stays for another 3510s");
  EXPECT_EQ(samples(), kSamples - 40 * 100);
}

TEST_F(AStepThatIsUnderWay, HasItsTimeAndNotWhatWasSeenWhenAnotherBuildGoesOn) {
  restart("another build");
  EXPECT_EQ(plan().reason,
            "25% stays for another 3500s; what was seen of it begins anew, for another build of "
            "the program has seen it");
  EXPECT_EQ(samples(), 0U);
  EXPECT_THAT(note(), HasSubstr("which has lasted 100s of 3600s; what was seen of it begins anew"));
  pass(std::chrono::hours(1));
  EXPECT_EQ(share(), percent(25'00)) << "it is to be shown anew";
  for (int i = 0; i < 2'000 && share() != Percent::all(); ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(share(), Percent::all()) << plan().reason;
  EXPECT_THAT(last_line().why, testing::Not(HasSubstr("begins anew")));
}

TEST_F(AStepThatIsUnderWay, HasItsTimeAndNotWhatWasSeenWhenTheNewSideIsElsewhereAfterARestart) {
  here_.reset();
  here_ = process();
  here_->new_side = "at another address";
  here_->conductor.tick();
  EXPECT_EQ(plan().reason,
            "25% stays for another 3500s; what was seen of it begins anew, for the new side is "
            "elsewhere by now, or other answers count as the same");
  EXPECT_EQ(samples(), 0U);
  EXPECT_THAT(note(), HasSubstr("which has lasted 100s of 3600s; what was seen of it begins anew"));
  pass(std::chrono::hours(1));
  EXPECT_EQ(share(), percent(25'00)) << "it is to be shown anew";
  // What was seen of this one is kept as ever.
  for (int i = 0; i < 4; ++i) {
    requests(*here_, 100);
    tick();
  }
  here_.reset();
  here_ = process();
  here_->new_side = "at another address";
  here_->conductor.tick();
  EXPECT_EQ(samples(), 400U);
}

TEST_F(AStepThatIsUnderWay, HasItsTimeAndNotWhatWasSeenWhenAReloadHasAnotherNewSide) {
  here_->new_side = "at another address";
  tick();
  EXPECT_EQ(plan().reason,
            "25% stays for another 3500s; what was seen of it begins anew, for the new side is "
            "elsewhere by now, or other answers count as the same");
  EXPECT_EQ(samples(), 0U);
  EXPECT_EQ(plan().verdicts.front().judgement, Judgement::CannotTell);
  for (int i = 0; i < 10; ++i) tick();
  EXPECT_EQ(std::ranges::count(here_->notes, Kind::TakenUp, &Conductor::Note::kind), 1);
  EXPECT_THAT(note(), HasSubstr("at 25%; what was seen of it begins anew, for the new side is"));
  pass(std::chrono::hours(1));
  EXPECT_EQ(share(), percent(25'00)) << "it is to be shown anew";
  for (int i = 0; i < 2'000 && share() != Percent::all(); ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(share(), Percent::all()) << plan().reason;
}

TEST_F(AStepThatIsUnderWay, KnowsWhatTheOldSideWasLikeAlsoWhenAllHasMovedAndAnotherBuildGoesOn) {
  pass(std::chrono::hours(1));
  ASSERT_EQ(share(), Percent::all()) << plan().reason;
  tick();
  restart("another build");
  pass(std::chrono::hours(1));
  for (int i = 0; i < 1'000 && plan().state == PlanState::Running; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(plan().state, PlanState::Completed) << plan().reason;
}

TEST_F(AStepThatIsUnderWay, IsTakenUpByAProcessThatHasLookedOn) {
  const auto second = process();
  for (int i = 0; i < 4; ++i) {
    requests(*second, 10);
    tick();
    tick(*second);
  }
  EXPECT_FALSE(second->desk.plans()->front().conducts);
  here_->conductor.end();
  tick(*second);
  const PlanStatus seen = second->desk.plans()->front();
  EXPECT_TRUE(seen.conducts);
  EXPECT_EQ(seen.reason, "25% stays for another 3498s");
  EXPECT_EQ(seen.verdicts.front().samples, kSamples) << "the one that ended has seen more of it";
}

TEST_F(AStepThatIsUnderWay, GoesOnWithWhatAProcessThatHasLookedOnHasSeenItselfWhereThatIsMore) {
  const auto second = process();
  tick(*second);  // its evidence counts from here
  for (int i = 0; i < 500; ++i) {
    requests(*second, 100);
    tick(*second);
  }
  here_->conductor.end();
  tick(*second);
  EXPECT_TRUE(second->desk.plans()->front().conducts);
  EXPECT_EQ(second->desk.plans()->front().verdicts.front().samples, 50'000U);
}

TEST_F(AStepThatIsUnderWay, BeginsAnewAndSaysSoWhereNobodyHasKeptHowFarItWas) {
  for (const std::string_view text : {"", "{", R"({"format":2})", R"({"format":1,"plans":7})"}) {
    here_.reset();
    std::ofstream(file_ + ".progress") << text;
    here_ = process();
    here_->conductor.tick();
    EXPECT_EQ(plan().reason,
              "25% has begun; it begins anew, for nobody has kept how long it has lasted");
    EXPECT_EQ(note(), "at 25%; it begins anew, for nobody has kept how long it has lasted");
  }
}

TEST_F(AStepThatIsUnderWay, GoesOnWhenTheRoutesHaveOneOperationMore) {
  here_->operations.emplace_back("catalog.search");
  tick();
  EXPECT_EQ(plan().reason, "25% stays for another 3500s");
  EXPECT_EQ(samples(), kSamples);
  EXPECT_EQ(plan().verdicts.back().operation, "catalog.search");
  EXPECT_EQ(plan().verdicts.back().samples, 0U);
}

TEST_F(AStepThatIsUnderWay, SaysOnceThatItCannotBeKept) {
  std::filesystem::remove(file_ + ".progress");
  std::filesystem::create_directory(file_ + ".progress");
  for (int i = 0; i < 400; ++i) tick();
  EXPECT_EQ(std::ranges::count(here_->notes, Kind::NotKept, &Conductor::Note::kind), 1);
  EXPECT_THAT(note(), HasSubstr("cannot be written to " + file_ + ".progress: Is a directory"));
  std::filesystem::remove(file_ + ".progress");
}

}  // namespace
}  // namespace banyan::strangler
