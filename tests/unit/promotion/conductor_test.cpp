// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/conductor.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "banyan/kernel/random.hpp"
#include "conducted.hpp"
#include "support/small_disk.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
using Kind = Conductor::Note::Kind;

class TheConductor : public Conducted {};

class TheConductorOfTwo : public Conducted {
 protected:
  TheConductorOfTwo() : Conducted({"catalog.rare", "catalog.read"}) {}
};

TEST_F(TheConductor, WalksToTheEndOfThePlanWhileBothSidesAreAlike) {
  start();
  for (int i = 0; i < 5'000 && plan().state == PlanState::Running; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(plan().state, PlanState::Completed) << plan().reason;
  std::string walked;
  const auto lines = here_->store->log(10).value();
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    walked += to_string(traffic_from_json(line->after)->reads) + ' ';
    EXPECT_EQ(line->who, "plan (ann@desk)");
  }
  EXPECT_EQ(walked, "1% 5% 25% 50% 100% ");
  EXPECT_EQ(last_line().why, "50% was good");
  const auto evidence = nlohmann::json::parse(last_line().evidence);
  EXPECT_EQ(evidence["judgement"], "better_or_equal");
  EXPECT_EQ(evidence["operations"][0]["operation"], "catalog.read");
  EXPECT_TRUE(here_->store->verify()->problems.empty());
}

TEST_F(TheConductor, GoesBackAtOnceWhenFailuresBecomeABurst) {
  start();
  ASSERT_EQ(share(), percent(100));
  OperationEvidence& evidence = here_->evidence.of("catalog", "catalog.read");
  int asked = 0;
  bool tripped = false;
  while (!tripped && asked < 1'000) {
    const auto ending = asked++ % 2 == 0 ? Ending::Failed : Ending::Good;
    tripped = evidence.record(Group::New, ending, std::chrono::milliseconds(5));
  }
  EXPECT_LT(asked, 40) << "at 1% of 1,000 requests a second, that is some seconds at most";
  here_->conductor.trip("catalog", "catalog.read");
  here_->conductor.tick();  // which it is woken for: no time has passed
  EXPECT_EQ(share(), Percent::none());
  EXPECT_EQ(plan().state, PlanState::RolledBack);
  EXPECT_THAT(last_line().why, HasSubstr("catalog.read: the new side fails again and again"));
  const std::string seen =
      std::to_string((asked + 1) / 2) + " of the last " + std::to_string(asked);
  EXPECT_THAT(last_line().why, HasSubstr(seen)) << "by the requests that have shown it";
  const auto why = nlohmann::json::parse(last_line().evidence);
  EXPECT_EQ(why["judgement"], "worse") << "no figures that contradict the reason";
  EXPECT_EQ(why["burst"]["operation"], "catalog.read");
  EXPECT_EQ(why["burst"]["new_side"]["of"], asked);
  EXPECT_EQ(here_->notes.back().kind, Kind::WentBack);
}

TEST_F(TheConductor, FindsTwoPerCentMoreFailuresAtAQuarterOfTheTraffic) {
  start();
  walk_to(25'00);
  int ticks = 0;
  while (share() > Percent::none() && ticks < 200) {
    requests(*here_, 50, 1);
    tick();
    ++ticks;
  }
  EXPECT_EQ(share(), Percent::none());
  EXPECT_LE(ticks, 40) << "ten seconds, by the clock of the ticks";
  EXPECT_EQ(plan().state, PlanState::RolledBack);
  EXPECT_THAT(last_line().why, HasSubstr("of the new side failed"));
  EXPECT_EQ(nlohmann::json::parse(last_line().evidence)["judgement"], "worse");
}

TEST_F(TheConductor, DoesNotGoBackFromASideThatIsLikeTheOther) {
  here_->plan.steps = {{.share = percent(25'00), .dwell = std::chrono::hours(24)}};
  start();
  SeededRandom random(7);
  const auto ending = [&] { return random.next() % 100 == 0 ? Ending::Failed : Ending::Good; };
  OperationEvidence& evidence = here_->evidence.of("catalog", "catalog.read");
  for (int second = 0; second < 1'000; ++second) {
    for (int i = 0; i < 20; ++i) {
      for (const Group group : {Group::New, Group::Control, Group::Old}) {
        const std::chrono::microseconds took(3'000 + random.next() % 4'000);
        if (evidence.record(group, ending(), took)) {
          here_->conductor.trip("catalog", "catalog.read");
        }
      }
    }
    tick();
  }
  EXPECT_EQ(share(), percent(25'00)) << last_line().why;
}

TEST_F(TheConductorOfTwo, HoldsWhereTooLittleIsSeenAndNamesTheOperation) {
  start();
  for (int i = 0; i < 1'000; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(share(), percent(100));
  EXPECT_EQ(plan().reason,
            "catalog.rare: 0 requests on the new side, and 500 are needed before 1% is over");
  EXPECT_EQ(plan().verdicts.front().judgement, Judgement::CannotTell);
  EXPECT_EQ(plan().verdicts.front().reason, "catalog.rare: no request has been on the new side");
}

TEST_F(TheConductor, AnswersAnOrderWithWhatCameOfIt) {
  start();
  walk_to(5'00);
  ASSERT_TRUE(here_->desk.order("catalog", {.verb = PlanVerb::Pause}, {"ann", "lunch"}));
  tick();
  const auto resumed =
      here_->desk.order("catalog", {.verb = PlanVerb::Resume}, {"ann", "lunch is over"});
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->plan.reason, "the plan goes on") << "and not with the reason of the pause";
}

TEST_F(TheConductor, LeavesASideThatIsOnlySlowStepByStep) {
  start();
  walk_to(50'00);
  std::string walked;
  Percent last = share();
  for (int i = 0; i < 2'000 && share() > Percent::none(); ++i) {
    requests(*here_, 100, 0, std::chrono::milliseconds(80));
    tick();
    if (share() != last) walked += to_string(last = share()) + ' ';
  }
  EXPECT_EQ(walked, "25% 5% 1% 0% ");
  tick();
  EXPECT_EQ(plan().state, PlanState::RolledBack);
}

// A machine that becomes busier is slow for both, and when all have moved there is only one.
TEST_F(TheConductor, StaysWhereAllHasMovedWhileAnswersTakeLongerAndGoesOnAfterwards) {
  start();
  walk_to(100'00, 5'000);
  for (int i = 0; i < 400; ++i) {
    requests(*here_, 70);
    requests(*here_, 30, 0, std::chrono::milliseconds(20));
    tick();
  }
  EXPECT_EQ(share(), Percent::all()) << last_line().why;
  EXPECT_EQ(plan().state, PlanState::Running);
  EXPECT_THAT(plan().reason, HasSubstr("of the old one before all had moved; nobody is left there "
                                       "to tell a slow side from a busy day"));
  for (int i = 0; i < 1'000 && plan().state == PlanState::Running; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(plan().state, PlanState::Completed) << plan().reason;
}

TEST_F(TheConductor, CallsAPersonWhereAllHasMovedAndAnswersTakeFarLonger) {
  start();
  walk_to(100'00, 5'000);
  for (int i = 0; i < 400; ++i) {
    requests(*here_, 100, 0, std::chrono::milliseconds(80));
    tick();
  }
  EXPECT_EQ(share(), Percent::all()) << last_line().why;
  EXPECT_EQ(plan().state, PlanState::NeedsPerson) << plan().reason;
  EXPECT_EQ(std::ranges::count(here_->notes, Kind::NeedsPerson, &Conductor::Note::kind), 1);
  for (int i = 0; i < 400 && share() == Percent::all(); ++i) {
    requests(*here_, 50, 1);
    tick();
  }
  EXPECT_EQ(share(), Percent::none()) << "failures bring it back all the same";
}

TEST_F(TheConductor, GoesBackFromASideThatFailsWhereAllHasMoved) {
  start();
  walk_to(100'00, 5'000);
  for (int i = 0; i < 400 && share() == Percent::all(); ++i) {
    requests(*here_, 50, 1);
    tick();
  }
  EXPECT_EQ(share(), Percent::none());
  EXPECT_EQ(plan().state, PlanState::RolledBack);
  EXPECT_THAT(last_line().why, HasSubstr("of the old one before all had moved"));
}

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

TEST_F(TheConductor, DoesNotGoForwardAfterARestartOverSomebodyWhoHasBroughtAllBack) {
  start();
  walk_to(25'00);
  here_->conductor.end();
  const auto elsewhere = process();
  ASSERT_TRUE(elsewhere->board.back("catalog", {"bo", "the conductor is gone, I do it"}));
  here_ = process();
  for (int i = 0; i < 100; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(share(), Percent::none());
  EXPECT_EQ(plan().state, PlanState::Aborted);
  EXPECT_EQ(plan().reason, "somebody has brought all traffic back while the plan was at 25%");
}

TEST_F(TheConductor, LeavesARolloutAloneWhoseWritesSomebodyHasMoved) {
  start();
  walk_to(100'00, 5'000);
  ASSERT_TRUE(here_->board.next("catalog", {"bo", "all of it is there"}));
  ASSERT_EQ(traffic(), Traffic::of(Percent::all(), Side::Remote));
  here_->conductor.trip("catalog", "catalog.read");
  for (int i = 0; i < 100; ++i) {
    requests(*here_, 100, 50);
    tick();
  }
  EXPECT_EQ(traffic(), Traffic::of(Percent::all(), Side::Remote));
  EXPECT_EQ(plan().state, PlanState::Completed);
  EXPECT_EQ(plan().reason, "somebody has moved it: its writes are on the new side");
}

TEST_F(TheConductor, StaysForTheDwellTimeOfTheWayBackAlsoAfterARestart) {
  start();
  walk_to(50'00);
  ASSERT_TRUE(here_->desk.back_gradually("catalog", {"bo", "before the sale"}));
  ASSERT_EQ(share(), percent(25'00)) << "the first step is made at once";
  const int dwell = static_cast<int>(here_->plan.back_dwell / Conductor::kTick);
  for (int restart = 0; restart < 3; ++restart) {
    here_->conductor.end();
    here_ = process();
    for (int i = 0; i < dwell; ++i) tick();
    EXPECT_EQ(share(), percent(25'00));
  }
  tick();
  EXPECT_EQ(share(), percent(5'00));
}

TEST_F(TheConductor, WithoutTheSeatBeginsAWayBackAndDoesNotGoOnWithIt) {
  start();
  walk_to(50'00);
  const auto second = process();
  for (int i = 0; i < 2'000 && share() == percent(50'00); ++i) {
    requests(*second, 100, 0, std::chrono::milliseconds(80));
    tick(*second);
  }
  ASSERT_EQ(share(), percent(25'00));
  for (int i = 0; i < 1'000; ++i) {
    requests(*second, 100, 0, std::chrono::milliseconds(80));
    tick(*second);
  }
  EXPECT_EQ(share(), percent(25'00)) << "that is for whoever has the seat";
  for (int i = 0; i < 1'000 && share() > Percent::none(); ++i) tick();
  EXPECT_EQ(share(), Percent::none());
}

TEST_F(TheConductor, LosesAgainstAnAbortThatComesWhileItShifts) {
  start();
  bool aborted = false;
  const auto elsewhere = process();
  // The new side is asked before a step forward: long enough for somebody to change his mind.
  here_->board.require([&](std::string_view) {
    if (!aborted) {
      aborted = true;
      PlanOrder abort;
      abort.verb = PlanVerb::Abort;
      EXPECT_TRUE(elsewhere->desk.order("catalog", abort, {"bo", "not this week"}));
    }
    return std::optional<std::string>();
  });
  for (int i = 0; i < 3'000 && !aborted; ++i) {
    requests(*here_, 100);
    tick();
  }
  ASSERT_TRUE(aborted);
  EXPECT_EQ(share(), Percent::none());
  for (int i = 0; i < 100; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(share(), Percent::none());
  EXPECT_EQ(plan().state, PlanState::Aborted);
  EXPECT_EQ(last_line().why, "not this week");
}

TEST_F(TheConductor, PausesWhenSomebodyShiftsByHand) {
  start();
  walk_to(5'00);
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = percent(10'00)}, {"bo", "a bit more"}));
  tick();
  EXPECT_EQ(plan().state, PlanState::Paused);
  EXPECT_EQ(plan().reason, "somebody has shifted the traffic to 10% while the plan was at 5%");
  for (int i = 0; i < 100; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(share(), percent(10'00));
}

// A file system of its own, really full.
TEST_F(TheConductor, GoesBackThoughTheDiskOfTheControlStoreIsFull) {
  const auto ended = test::on_a_small_disk(folder_.path(), "4m", [&] {
    (void)here_.release();  // its store was opened before the fork, on the disk beneath
    here_ = process();
    ASSERT_TRUE(here_->store->enlist({"catalog", "orders"}));
    start();
    ASSERT_EQ(share(), percent(100));
    test::fill_disk(folder_.file("ballast"));
    for (int i = 0; i < 1'000 && share() != Percent::none(); ++i) {
      requests(*here_, 100, 50);
      tick();
    }
    EXPECT_EQ(share(), Percent::none()) << plan().reason;
    EXPECT_EQ(plan().state, PlanState::RolledBack);
    EXPECT_EQ(here_->notes.back().kind, Kind::WentBack);
    EXPECT_TRUE(here_->store->verify()->problems.empty());
    here_.reset();
  });
  if (ended == test::OnASmallDisk::NotAllowed) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(ended, test::OnASmallDisk::Passed);
}

TEST_F(TheConductor, WaitsForANewSideThatIsNotFitAndSaysSo) {
  start();
  int asked = 0;
  here_->board.require([&](std::string_view) {
    ++asked;
    return std::optional<std::string>("it answers 503");
  });
  for (int i = 0; i < 3'000 && asked == 0; ++i) {
    requests(*here_, 100);
    tick();
  }
  const int patience = static_cast<int>(Conductor::kPatience / Conductor::kTick);
  for (int i = 0; i + 1 < patience; ++i) tick();
  EXPECT_EQ(asked, 1) << "it is not asked at every tick";
  EXPECT_THAT(plan().reason, HasSubstr("not fit for traffic: it answers 503"));
  EXPECT_EQ(share(), percent(100));
  const auto told = std::ranges::count(here_->notes, Kind::Hindered, &Conductor::Note::kind);
  EXPECT_EQ(told, 1);
  here_->board.require({});
  walk_to(5'00);
}

TEST_F(TheConductor, IsOneOfThoseThatShareTheStoreAndAnyOfThemGoesBack) {
  const auto second = process();
  start();
  tick(*second);
  for (int i = 0; i < 1'000; ++i) {
    requests(*second, 100);
    tick();
    tick(*second);
  }
  EXPECT_EQ(share(), percent(100)) << "whoever has the seat has seen nothing";
  EXPECT_TRUE(plan().conducts);
  EXPECT_FALSE(second->desk.plans()->front().conducts);
  // The other sees what is wrong, and does not wait for anybody.
  for (int i = 0; i < 200 && share() > Percent::none(); ++i) {
    requests(*second, 100, 20);
    tick(*second);
  }
  EXPECT_EQ(share(), Percent::none());
  EXPECT_EQ(plan().state, PlanState::RolledBack);
}

TEST_F(TheConductor, SaysWhichFileItCannotLockInsteadOfBlamingAnotherProcess) {
  const std::string seat = file_ + ".conductor";
  std::filesystem::create_symlink(folder_.file("nowhere/seat"), seat);
  start();
  for (int i = 0; i < 1'000; ++i) {
    requests(*here_, 100);
    tick();
  }
  EXPECT_EQ(share(), percent(100));
  EXPECT_FALSE(plan().conducts);
  EXPECT_THAT(plan().reason, HasSubstr("cannot lock " + seat + ": No such file or directory"));
  EXPECT_EQ(here_->notes.size(), 1U) << "it is told once";
  EXPECT_EQ(here_->notes.front().kind, Kind::Hindered);
  std::filesystem::remove(seat);
  tick();
  EXPECT_TRUE(plan().conducts);
}

// Root may write it in any case.
TEST_F(TheConductor, TakesASeatThatItMayOnlyRead) {
  const std::string seat = file_ + ".conductor";
  std::ofstream(seat).close();
  std::filesystem::permissions(seat, std::filesystem::perms::owner_read);
  start();
  EXPECT_TRUE(plan().conducts);
}

TEST_F(TheConductor, BringsOneRolloutBackBeforeItAsksTheNewSideOfAnother) {
  start();
  ASSERT_TRUE(here_->desk.order("orders", {}, {"ann@desk", "this one, too"}));
  const auto share_of_orders = [&] { return here_->store->stand()->find("orders")->traffic.reads; };
  ASSERT_EQ(share_of_orders(), percent(100));
  int asked = 0;
  Percent meanwhile = Percent::all();
  here_->board.require([&](std::string_view module) {
    EXPECT_EQ(module, "catalog");
    ++asked;
    meanwhile = share_of_orders();
    return std::optional<std::string>("it answers 503");
  });
  for (int i = 0; i < 3'000 && asked == 0; ++i) {
    requests(*here_, 100);
    tick();
  }
  ASSERT_EQ(asked, 1);
  ASSERT_EQ(meanwhile, percent(100));
  // The next tick wants catalog forward again, and orders back.
  clock_.advance(Conductor::kPatience);
  here_->conductor.trip("orders", "catalog.read");
  here_->conductor.tick();
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(meanwhile, Percent::none()) << "catalog was asked first, and orders waited for it";
}

TEST_F(TheConductor, BringsOneRolloutBackWhileTheNewSideOfAnotherIsBeingAsked) {
  const auto threads = make_worker_pool(1, 8);
  here_ = process(threads.get());
  start();
  ASSERT_TRUE(here_->desk.order("orders", {}, {"ann@desk", "this one, too"}));
  std::promise<void> question;
  std::promise<void> silence;  // of a side that takes connections and says nothing
  here_->board.require([&](std::string_view) {
    question.set_value();
    silence.get_future().wait_for(std::chrono::seconds(5));
    return std::optional<std::string>();
  });
  auto asked = question.get_future();
  for (int i = 0; i < 3'000 && plan().reason != "its new side is asked whether it is fit for more";
       ++i) {
    requests(*here_, 100);
    tick();
  }
  asked.wait();
  here_->conductor.trip("orders", "catalog.read");
  tick();
  EXPECT_EQ(here_->store->stand()->find("orders")->traffic.reads, Percent::none());
  ASSERT_EQ(share(), percent(100)) << "the answer is still to come";
  silence.set_value();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (share() == percent(100) && std::chrono::steady_clock::now() < patience) {
    here_->conductor.tick();
    std::this_thread::yield();
  }
  EXPECT_EQ(share(), percent(5'00)) << plan().reason;
  here_.reset();
}

TEST_F(TheConductor, GoesForwardWhileAnotherProcessLooksOn) {
  start();
  const auto second = process();
  std::uint64_t version = 0;
  for (int i = 0; i < 3'000 && share() == percent(100); ++i) {
    requests(*here_, 100);
    tick();
    tick(*second);
    if (i == 0) version = here_->store->plans()->front().version;
    if (share() == percent(100)) {
      ASSERT_EQ(here_->store->plans()->front().version, version) << "there was nothing to write";
    }
  }
  EXPECT_EQ(share(), percent(5'00)) << plan().reason;
}

TEST_F(TheConductor, LeavesItsSeatToTheNextWhenItEnds) {
  start();
  tick();
  const auto second = process();
  tick(*second);
  EXPECT_FALSE(second->desk.plans()->front().conducts);
  here_->conductor.end();
  tick(*second);
  EXPECT_TRUE(second->desk.plans()->front().conducts);
}

TEST_F(TheConductor, KeepsAPlanThatANewerVersionWroteAsItIs) {
  ASSERT_TRUE(here_->store->walk("catalog", {"x", "x"},
                                 [](const Traffic& before, StoredPlan& stored) -> Result<Traffic> {
                                   stored.document = R"({"format":2,"state":"running"})";
                                   return before;
                                 }));
  tick();
  EXPECT_EQ(here_->store->plans()->front().document, R"({"format":2,"state":"running"})");
  EXPECT_THAT(plan().reason, HasSubstr("a newer version"));
}

TEST(OperationEvidence, HasNoTimeOfAStreamAndNoBurstOfTheOldSide) {
  OperationEvidence evidence;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(evidence.record(Group::Control, Ending::Failed, std::nullopt));
  }
  EXPECT_EQ(evidence.read(Group::Control).requests, 1'000U);
  EXPECT_EQ(evidence.read(Group::Control).latency.total(), 0U);
  evidence.record_comparison(true);
  EXPECT_EQ(evidence.read(Group::New).differences, 1U);
  EXPECT_EQ(evidence.read(Group::New).requests, 0U);
}

}  // namespace
}  // namespace banyan::strangler
