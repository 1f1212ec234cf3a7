// SPDX-License-Identifier: Apache-2.0
// A plan beside people who move the same rollout, and beside other processes with the same store.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "banyan/promotion/conductor.hpp"
#include "conducted.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
using Kind = Conductor::Note::Kind;

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

}  // namespace
}  // namespace banyan::strangler
