// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "conducted.hpp"

namespace banyan::strangler {
namespace {

/// A process that does nothing but bring traffic back along twenty steps, as fast as the disk
/// goes, again and again.
[[noreturn]] void walk_until_killed(const std::string& file) {
  ManualClock clock;
  ConductingProcess process(file, clock, {"catalog.read"}, nullptr);
  process.plan.steps.clear();
  for (std::int64_t i = 1; i <= 20; ++i) process.plan.steps.push_back({.share = percent(i * 500)});
  process.plan.back_dwell = std::chrono::seconds(0);
  while (true) {
    (void)process.board.shift("catalog", {.reads = Percent::all()}, {"ann", "on"});
    (void)process.desk.back_gradually("catalog", {"ann", "back"});
    for (int i = 0; i < 25; ++i) process.conductor.tick();
  }
}

// Killed at any moment, the log is whole, the stage is what its last line says, and the plan can be
// gone on with by whoever comes next.
TEST(AConductorThatIsKilled, LeavesAStoreThatTheNextGoesOnWith) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  {
    ASSERT_TRUE(ControlStore::open(file, system_clock()).value()->enlist({"catalog"}));
  }
  std::uint64_t lines = 0;
  for (int round = 0; round < 10; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) walk_until_killed(file);
    // Until it has shifted again, then a moment more, another one each time.
    {
      const auto store = ControlStore::open(file, system_clock()).value();
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (store->stand()->revision <= lines + 3) {
        ASSERT_LT(std::chrono::steady_clock::now(), end);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(613 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);

    ManualClock clock;
    ConductingProcess next(file, clock, {"catalog.read"}, nullptr);
    const auto verified = next.store->verify();
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_TRUE(verified->problems.empty()) << verified->problems.front();
    const auto found = next.desk.plans();
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    const bool moves = found->front().state == PlanState::Returning;
    EXPECT_TRUE(moves || found->front().state == PlanState::Aborted);
    next.conductor.tick();
    if (moves) {
      EXPECT_TRUE(next.desk.plans()->front().conducts) << "the seat of the dead is free";
      for (int i = 0; i < 25; ++i) next.conductor.tick();
      EXPECT_EQ(next.desk.plans()->front().state, PlanState::Aborted);
      EXPECT_EQ(next.store->stand()->find("catalog")->traffic, Traffic{});
    }
    lines = next.store->stand()->revision;
  }
}

/// A process that conducts a step of many hours, a quarter of a second at once.
[[noreturn]] void conduct_until_killed(const std::string& file) {
  ManualClock clock;
  ConductingProcess process(file, clock, {"catalog.read"}, nullptr);
  process.plan.steps = {{.share = percent(25'00), .dwell = std::chrono::hours(100'000)}};
  (void)process.desk.order("catalog", {}, {"ann", "on"});  // refused where it runs already
  OperationEvidence& evidence = process.evidence.of("catalog", "catalog.read");
  while (true) {
    for (const Group group : {Group::New, Group::Control, Group::Old}) {
      (void)evidence.record(group, Ending::Good, std::chrono::milliseconds(5));
    }
    clock.advance(Conductor::kTick);
    process.conductor.tick();
  }
}

// Killed while it writes how far the step has come, the next one reads what was there before.
TEST(AConductorThatIsKilled, LeavesHowFarItsStepHasCome) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  {
    ASSERT_TRUE(ControlStore::open(file, system_clock()).value()->enlist({"catalog"}));
  }
  for (int round = 0; round < 5; ++round) {
    std::filesystem::remove(file + ".progress");
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) conduct_until_killed(file);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!std::filesystem::exists(file + ".progress")) {
      ASSERT_LT(std::chrono::steady_clock::now(), end);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(3'137 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);

    ManualClock clock;
    clock.advance(std::chrono::hours(24));
    ConductingProcess next(file, clock, {"catalog.read"}, nullptr);
    next.conductor.tick();
    ASSERT_FALSE(next.notes.empty());
    EXPECT_EQ(next.notes.back().kind, Conductor::Note::Kind::TakenUp);
    EXPECT_NE(next.notes.back().message.find("which has lasted"), std::string::npos)
        << next.notes.back().message;
    EXPECT_EQ(next.desk.plans()->front().state, PlanState::Running);
  }
}

}  // namespace
}  // namespace banyan::strangler
