// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/saga_engine.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "deals.hpp"
#include "support/becomes_true.hpp"

namespace banyan::deals {
namespace {

static_assert(is_saga_order({StepKind::Compensable, StepKind::Pivot, StepKind::Retriable}));
static_assert(is_saga_order({StepKind::Retriable, StepKind::Await}));
static_assert(!is_saga_order({StepKind::Pivot, StepKind::Pivot}));
static_assert(!is_saga_order({StepKind::Retriable, StepKind::Compensable}));

/// Rounds come by themselves, and what they throw is kept, as a process's log keeps it.
class WatchedScheduler final : public Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds interval,
                                std::move_only_function<void()> task) override {
    return threads_->every(interval, [this, task = std::move(task)]() mutable {
      try {
        task();
      } catch (const std::exception& fault) {
        const std::lock_guard lock(mutex_);
        told_.insert(fault.what());
      }
    });
  }
  /// What there was to tell since the last time.
  std::set<std::string> told() {
    const std::lock_guard lock(mutex_);
    return std::exchange(told_, {});
  }

 private:
  std::mutex mutex_;
  std::set<std::string> told_;
  const std::unique_ptr<Scheduler> threads_ = make_thread_scheduler();  // last: it stops first
};

// A thousand meet a dependency that does not answer: none is lost, stuck or counted against.
TEST_F(Sagas, ByTheThousandLoseNoAttemptToAnOutage) {
  constexpr int kSagas = 1'000;
  right.away = true;
  for (int i = 0; i < kSagas; ++i) begin<BothNod>("deal " + std::to_string(i));
  EXPECT_EQ(right.calls, policy.unanswered_in_a_row);
  EXPECT_EQ(left.calls, kSagas);

  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) {
    clock.advance(policy.longest_backoff);
    engine.round();
  }
  // Once in a while one of them asks, and each time another one.
  EXPECT_EQ(right.calls, policy.unanswered_in_a_row + kRounds);
  std::int64_t asked = 0;
  for (const SagaRecord& saga : all()) {
    EXPECT_EQ(saga.attempts, 0);
    EXPECT_EQ(saga.blocked_on, "right");
    EXPECT_LE(saga.steps.at(1).doing.calls, 2);
    asked += saga.steps.at(1).doing.calls;
  }
  EXPECT_EQ(asked, right.calls);

  right.away = false;
  clock.advance(policy.longest_backoff);
  for (int round = 0; round < 2 * kSagas / policy.batch; ++round) {
    engine.round();
    clock.advance(4 * policy.first_backoff);
  }
  for (const SagaRecord& saga : all()) EXPECT_EQ(saga.status, SagaStatus::Done);
  EXPECT_EQ(left.calls, kSagas);
}

TEST_F(Sagas, OfALivingDependencyGoOnPastThoseOfADeadOne) {
  right.away = true;
  for (int i = 0; i < 100; ++i) begin<BothNod>("stays " + std::to_string(i));
  left.away = true;
  begin<LeftNods>("goes");
  left.away = false;
  clock.advance(policy.longest_backoff);
  engine.round();
  for (const SagaRecord& saga : all()) {
    EXPECT_EQ(saga.status, saga.subject == "goes" ? SagaStatus::Done : SagaStatus::Active);
  }
}

// A slow call of one saga is no outage: whoever says that it is at work is there.
TEST_F(Sagas, AreNotKeptFromADependencyThatIsStillAtWorkOnTheCallOfOneOfThem) {
  right.at_work = true;
  begin<BothNod>("slow");
  for (std::int64_t round = 0; round < policy.unanswered_in_a_row; ++round) {
    clock.advance(policy.longest_backoff);
    engine.round();
  }
  EXPECT_EQ(right.calls, 1 + policy.unanswered_in_a_row) << "it is asked again, each time";
  right.at_work = false;
  begin<BothNod>("other");
  for (const SagaRecord& saga : all()) {
    EXPECT_EQ(saga.status, saga.subject == "other" ? SagaStatus::Done : SagaStatus::Active);
    EXPECT_EQ(saga.attempts, 0);
  }
  clock.advance(policy.longest_backoff);
  engine.round();
  for (const SagaRecord& saga : all()) EXPECT_EQ(saga.status, SagaStatus::Done);
}

// What nobody has answered may have been done, whatever the next try says: its key may be forgotten
// by now, or the first request may come late.
TEST_F(Sagas, UndoAlsoAStepThatIsRefusedAfterATryWithoutAnAnswer) {
  left.away = true;
  begin<BothNod>("deal");
  left.away = false;
  left.refuses = true;
  run_for_long();
  const SagaRecord saga = all().at(0);
  EXPECT_EQ(left.shakes, 1);
  EXPECT_EQ(saga.status, SagaStatus::Undone);
  EXPECT_EQ(saga.steps.at(0).state, StepState::Undone);
  EXPECT_EQ(saga.turned_back, "test.no");
  EXPECT_EQ(saga.problem, "left.nod: test.no: no");
  EXPECT_EQ(deal("deal").nods, 0);
}

TEST_F(Sagas, UndoAlsoAStepThatIsRefusedAfterAFault) {
  left.broken = true;
  begin<BothNod>("deal");
  left.broken = false;
  left.refuses = true;
  run_for_long();
  EXPECT_EQ(left.shakes, 1);
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
}

TEST_F(Sagas, UndoAlsoAStepThatIsRefusedAfterATryWhoseAnswerWasNotWrittenDown) {
  left.during = [&] { store.broken = true; };
  EXPECT_THROW(begin<BothNod>("deal"), std::runtime_error);
  store.broken = false;
  left.refuses = true;
  run_for_long();
  EXPECT_EQ(left.shakes, 1);
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
  EXPECT_EQ(all().at(0).steps.at(0).doing.calls, 2) << "as far as anybody knows";
}

TEST_F(Sagas, UndoNothingOfAStepThatIsRefusedAtItsOnlyTry) {
  left.refuses = true;
  begin<BothNod>("deal");
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
  EXPECT_EQ(all().at(0).steps.at(0).state, StepState::Refused);
  EXPECT_EQ(left.shakes, 0);
}

TEST_F(Sagas, RevokeAPivotThatIsRefusedAfterATryWithoutAnAnswer) {
  left.away = true;
  begin<NodForGood>("deal");
  left.away = false;
  left.refuses = true;
  run_for_long();
  EXPECT_EQ(left.shakes, 1);
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
}

TEST_F(Sagas, AreStuckAtAPivotThatIsRefusedLikeItsRevoking) {
  left.away = true;
  begin<NodForGood>("deal");
  left.away = false;
  left.refuses = true;
  left.refuses_to_shake = true;
  run_for_long();
  const SagaRecord saga = all().at(0);
  EXPECT_EQ(saga.status, SagaStatus::Stuck) << "one of the two is wrong: a person must look";
  EXPECT_EQ(saga.phase, SagaPhase::Forward);
  EXPECT_EQ(left.shakes, 1);
  EXPECT_LE(left.calls, policy.max_attempts + 2);
}

TEST_F(Sagas, TellWhatTheBackgroundHasDoneAndHowLateItWasBegun) {
  begin<BothNod>("driven by who began it");
  EXPECT_TRUE(work.told().empty()) << "a request, which has its own evidence";
  leave<BothNod>("deal");
  clock.advance(std::chrono::seconds(3));
  engine.round();
  ASSERT_EQ(work.told().size(), 1U);
  EXPECT_EQ(work.told().front().worker, kSagaWorker);
  EXPECT_FALSE(work.told().front().failed);
  EXPECT_EQ(work.told().front().lag, std::chrono::seconds(3));
}

// Two hosts on one server: what the time of day is there is another thing on each.
TEST_F(Sagas, TellHowLateOneWasBegunByTheClockOfLeases) {
  ManualClock ahead(Timestamp{clock.now().micros + 3'600'000'000}, clock.steady());
  SagaEngine<DealSagas> on_another_host{
      store, {&left, &right}, {ahead, random, scheduler, nullptr, &work}, policy};
  leave<BothNod>("deal");
  clock.advance(std::chrono::seconds(2));
  on_another_host.round();
  ASSERT_EQ(work.told().size(), 1U);
  EXPECT_EQ(work.told().front().lag, std::chrono::seconds(2));
}

TEST_F(Sagas, TellOfAFailureOnceHoweverOftenItIsTriedAgain) {
  right.broken = true;
  leave<BothNod>("deal");
  run_for_long();
  EXPECT_EQ(all().at(0).status, SagaStatus::Stuck);
  ASSERT_EQ(work.told().size(), 1U);
  EXPECT_TRUE(work.told().front().failed);
}

TEST_F(Sagas, TellOfADependencyThatIsOutForAMomentAsOfAHindrance) {
  right.away = true;
  for (int i = 0; i < 10; ++i) leave<BothNod>("deal " + std::to_string(i));
  engine.round();
  EXPECT_TRUE(work.told().empty());
  EXPECT_EQ(work.hindrances(), 10U);
  right.away = false;
  run_for_long();
  for (const SagaRecord& saga : all()) EXPECT_EQ(saga.status, SagaStatus::Done);
  for (const Work& each : work.told()) EXPECT_FALSE(each.failed);
}

TEST_F(Sagas, TellOfEachThatMeetsADependencyWhichHasNotAnsweredForLong) {
  constexpr int kSagas = 10;
  right.away = true;
  leave<BothNod>("the first to find out");
  engine.round();
  clock.advance(kLongOutage);
  for (int i = 0; i < kSagas; ++i) leave<BothNod>("deal " + std::to_string(i));
  engine.round();
  run_for_long();
  EXPECT_EQ(work.told().size(), std::size_t{kSagas});
  for (const Work& each : work.told()) EXPECT_TRUE(each.failed);
}

// PostgreSQL is started anew: four threads, four sagas, and four failures in a row.
TEST_F(Sagas, TellOfADatabaseThatIsAwayAsOfAHindrance) {
  left.during = [&] { store.away = true; };
  leave<BothNod>("deal");
  EXPECT_THROW(engine.round(), OperationalFault);
  EXPECT_EQ(work.hindrances(), 1U) << "the answer could not be written down";
  EXPECT_THROW(engine.round(), OperationalFault);
  EXPECT_EQ(work.hindrances(), 2U) << "nobody knows what is due";
  EXPECT_TRUE(work.told().empty());
}

// Returns are asked for every ten seconds for days: so much that is well hides all that fails.
TEST_F(Sagas, TellOfOneThatWaitsForWhatHasNotComeOnceHoweverOftenItAsks) {
  leave<WaitThenNod>("deal");
  const auto ask = [&] {
    clock.advance(policy.longest_backoff);
    engine.round();
  };
  for (int i = 0; i < 5; ++i) ask();
  EXPECT_EQ(left.looks, 5);
  ASSERT_EQ(work.told().size(), 1U);
  EXPECT_FALSE(work.told().back().failed);

  left.has_come = true;
  right.broken = true;
  ask();
  ASSERT_EQ(work.told().size(), 2U) << "the first attempt at what comes next";
  EXPECT_TRUE(work.told().back().failed);
}

TEST_F(Sagas, TellOfOneWhoseAnswerCannotBeWrittenDownAsOfAFailure) {
  left.during = [&] { store.broken = true; };
  leave<BothNod>("deal");
  EXPECT_THROW(engine.round(), std::runtime_error);
  store.broken = false;
  run_for_long();
  EXPECT_EQ(all().at(0).status, SagaStatus::Done);
  ASSERT_EQ(work.told().size(), 1U) << "who takes it up after that tries again";
  EXPECT_TRUE(work.told().front().failed);
}

// Nobody stands above a worker: what it does not contain ends the process.
TEST(SagaOutlines, SayWhatIsDeclaredBeforeAnythingRuns) {
  const std::vector<SagaOutline> outlines = outlines_of(SagaList<BothNod, NodForGood>{});
  ASSERT_EQ(outlines.size(), 2U);
  EXPECT_EQ(outlines.at(0).name, "both_nod");
  EXPECT_EQ(outlines.at(0).version, 1);
  ASSERT_EQ(outlines.at(0).steps.size(), 2U);
  EXPECT_EQ(outlines.at(0).steps.at(0).name, "nod");
  EXPECT_EQ(outlines.at(0).steps.at(0).undo, "shake");
  EXPECT_EQ(outlines.at(0).steps.at(0).dependency, "left");
  EXPECT_EQ(outlines.at(0).steps.at(1).kind, StepKind::Retriable);
  EXPECT_EQ(outlines.at(0).steps.at(1).undo, "");
  EXPECT_EQ(outlines.at(1).steps.at(0).kind, StepKind::Pivot);
}

TEST_F(Sagas, OutliveADatabaseThatFailsWhileTheyAreDrivenInTheBackground) {
  DealStore deals(system_clock());
  WatchedScheduler rounds;
  SagaEngine<DealSagas> background{deals,
                                   {&left, &right},
                                   {system_clock(), random, rounds},
                                   {.lease = std::chrono::milliseconds(50),
                                    .longest_backoff = std::chrono::milliseconds(50),
                                    .poll_interval = std::chrono::milliseconds(1),
                                    .workers = 2}};
  const auto context = [&] {
    return Context::begin(std::chrono::seconds(20), system_clock(), random);
  };
  const SagaId id = SagaId::make({1}, random);
  ASSERT_TRUE(deals.write(context(), [&](Deals& writing, UnitOfWork& unit) -> Result<void> {
    writing.deals["deal"] = {"deal"};
    background.leave_to_the_runner<BothNod>(writing, unit, "deal", id);
    return {};
  }));
  const auto saga = [&] {
    return deals.read(context(), [&](Deals& reading) { return reading.sagas.find(id)->data(); });
  };
  std::atomic<bool> has_answered = false;
  right.during = [&] {
    deals.broken = true;  // the answer cannot be written down
    has_answered = true;
  };
  const auto somebody_is_told = [&] { return rounds.told().contains("the disk is full"); };

  deals.broken = true;
  background.start();
  ASSERT_TRUE(test::becomes_true(somebody_is_told)) << "it cannot be taken up";
  ASSERT_TRUE(test::becomes_true(somebody_is_told)) << "the next round tries again";
  EXPECT_EQ(saga().holder, "");
  EXPECT_EQ(saga().steps.at(0).doing.calls, 0);

  deals.broken = false;
  ASSERT_TRUE(test::becomes_true([&] { return has_answered.load(); }));
  ASSERT_TRUE(test::becomes_true(somebody_is_told));
  EXPECT_NE(saga().holder, "") << "until the lease is over";
  EXPECT_EQ(saga().status, SagaStatus::Active);

  deals.broken = false;
  EXPECT_TRUE(test::becomes_true([&] { return saga().status == SagaStatus::Done; }));
  EXPECT_EQ(deals.read(context(), [](Deals& reading) { return reading.deals.at("deal"); }).nods, 2);
}

}  // namespace
}  // namespace banyan::deals
