// SPDX-License-Identifier: Apache-2.0
// A plan that is walked by what requests show.
#include "banyan/promotion/conductor.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "banyan/kernel/random.hpp"
#include "conducted.hpp"
#include "support/small_disk.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
using Kind = Conductor::Note::Kind;

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
