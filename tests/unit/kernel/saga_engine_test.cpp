// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/saga_engine.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "support/becomes_true.hpp"

namespace banyan {
namespace {

struct Nod {
  std::string what;
  using Response = bool;
  static constexpr Operation operation{.name = "nod", .effect = Effect::Write};
};
struct Shake {
  std::string what;
  using Response = bool;
  static constexpr Operation operation{.name = "shake", .effect = Effect::Write};
};
struct Left : Port<Nod, Shake> {
  static constexpr PortInfo port{.name = "left"};
};
struct Right : Port<Nod> {
  static constexpr PortInfo port{.name = "right"};
};

/// Says yes, unless nobody is there.
template <class P>
struct Participant : P {
  bool away = false;
  bool broken = false;
  bool refuses = false;
  bool at_work = false;  ///< on an earlier try
  int calls = 0;
  std::function<void()> during = [] {};  ///< what happens once while it is asked
  Result<bool> handle(const Nod& /*request*/, const Context& /*context*/) override {
    ++calls;
    std::exchange(during, [] {})();
    if (broken) return fail(ErrorCode::Internal, "test.broken", "a fault");
    if (away) return fail(ErrorCode::Unavailable, "test.away", "nobody there");
    if (refuses) return fail(ErrorCode::FailedPrecondition, "test.no", "no");
    if (at_work) return fail(ErrorCode::Conflict, "banyan.command_running", "ask again");
    return true;
  }
};
struct LeftSide : Participant<Left> {
  using Participant<Left>::handle;
  bool refuses_to_shake = false;
  int shakes = 0;
  Result<bool> handle(const Shake& /*request*/, const Context& /*context*/) override {
    ++shakes;
    if (away) return fail(ErrorCode::Unavailable, "test.away", "nobody there");
    if (refuses_to_shake) return fail(ErrorCode::FailedPrecondition, "test.too_late", "too late");
    return true;
  }
};

struct Deal {
  std::string name;
  int nods = 0;
  friend bool operator==(const Deal&, const Deal&) = default;
};

template <class P>
struct NodBy {
  using State = Deal;
  using Port = P;
  static Nod request(const Deal& deal) { return {deal.name}; }
  static Result<void> done(Deal& deal, bool /*yes*/, Timestamp /*now*/) {
    ++deal.nods;
    return {};
  }
};
struct NodByRight : NodBy<Right> {
  static Result<void> marked(Deal& deal, Timestamp /*now*/) {
    ++deal.nods;
    return {};
  }
};
struct ShakeLeft {
  using State = Deal;
  using Port = Left;
  static Shake request(const Deal& deal) { return {deal.name}; }
};
struct BothNod {
  using State = Deal;
  static constexpr SagaInfo info{.name = "both_nod"};
  using Steps = SagaSteps<Compensable<NodBy<Left>, ShakeLeft>, Retriable<NodByRight>>;
};
struct ShakeThenNod {
  using State = Deal;
  static constexpr SagaInfo info{.name = "shake_then_nod"};
  using Steps = SagaSteps<Retriable<ShakeLeft>, Retriable<NodByRight>>;
};
struct NodForGood {
  using State = Deal;
  static constexpr SagaInfo info{.name = "nod_for_good"};
  using Steps = SagaSteps<Pivot<NodBy<Left>, ShakeLeft>, Retriable<NodByRight>>;
};
struct LeftNods {
  using State = Deal;
  static constexpr SagaInfo info{.name = "left_nods"};
  using Steps = SagaSteps<Retriable<NodBy<Left>>>;
};

static_assert(is_saga_order({StepKind::Compensable, StepKind::Pivot, StepKind::Retriable}));
static_assert(is_saga_order({StepKind::Retriable, StepKind::Await}));
static_assert(!is_saga_order({StepKind::Pivot, StepKind::Pivot}));
static_assert(!is_saga_order({StepKind::Retriable, StepKind::Compensable}));

struct Deals {
  MemorySagas sagas;
  std::map<std::string, Deal> deals;
};

/// Keeps deals where they are: nothing here is undone.
class DealStore final : public Store<Deals, Deals> {
 public:
  explicit DealStore(const Clock& clock) : clock_(clock) {}
  std::atomic<bool> broken = false;  ///< nothing can be written, as if the disk were full

 private:
  struct Unit final : UnitOfWork {
    Unit(const Context& context, const Clock& at) : UnitOfWork(context), clock(at) {}
    LeaseTime lease_now() override { return banyan::lease_now(clock); }
    const Clock& clock;
  };
  void run_read(const Context& context,
                const std::function<void(Deals&, UnitOfWork&)>& body) override {
    const std::lock_guard lock(mutex_);
    Unit unit(context, clock_);
    body(deals_, unit);
  }
  Result<void> run_write(const Context& context,
                         const std::function<Result<void>(Deals&, UnitOfWork&)>& body) override {
    const std::lock_guard lock(mutex_);
    if (broken) throw std::runtime_error("the disk is full");
    Unit unit(context, clock_);
    return body(deals_, unit);
  }

  std::mutex mutex_;
  Deals deals_;
  const Clock& clock_;
};

struct DealSagas {
  using Store = DealStore;
  using Reading = Deals;
  using Writing = Deals;
  using State = Deal;
  using Ports = SagaPorts<Left, Right>;
  using Sagas = SagaList<BothNod, ShakeThenNod, NodForGood, LeftNods>;
  static constexpr std::string_view module = "deals";
  static SagaRows& rows(Deals& deals) { return deals.sagas; }
  static std::optional<Deal> load(Deals& deals, const std::string& subject) {
    return deals.deals.at(subject);
  }
  static void save(Deals& deals, const Deal& /*before*/, const Deal& after, Timestamp /*now*/) {
    deals.deals[after.name] = after;
  }
  static void ended(SagaEngine<DealSagas>& /*engine*/, Deals& /*deals*/, UnitOfWork& /*unit*/,
                    const Deal& /*deal*/, const SagaRecord& /*saga*/) {}
};

class IdleScheduler final : public Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds /*interval*/,
                                std::move_only_function<void()> /*task*/) override {
    return nullptr;
  }
};

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

class Sagas : public testing::Test {
 protected:
  template <class Definition>
  void begin(const std::string& name) {
    const Context context = Context::begin(std::chrono::seconds(20), clock, random);
    auto begun = store.write(
        context, [&](Deals& deals, UnitOfWork& unit) -> Result<SagaEngine<DealSagas>::Case> {
          deals.deals[name] = {name};
          auto made = engine.begin<Definition>(deals, unit, name, Deal{name},
                                               engine.id_after(std::nullopt));
          if (!made) return fail(ErrorCode::Conflict, "test.busy", "busy");
          return *std::move(made);
        });
    ASSERT_TRUE(begun);
    engine.drive(*std::move(begun), context);
  }
  Result<SagaRecord> order(SagaWish wish, const SagaId& id, const std::string& at = {}) {
    return engine.carry_out(id, {wish, "ann", "called them", at},
                            Context::begin(std::chrono::seconds(20), clock, random));
  }
  /// The step that it is at.
  Result<SagaRecord> mark(const SagaRecord& saga) {
    return order(SagaWish::Mark, saga.id, SagaInstance(saga).at_call());
  }
  /// Until it is stuck, or nothing changes any more.
  void run_for_long() {
    for (std::int64_t round = 0; round < policy.max_attempts; ++round) {
      clock.advance(policy.longest_wait());
      engine.round();
    }
  }
  Deal deal(const std::string& name) {
    return store.read(Context::begin(std::chrono::seconds(20), clock, random),
                      [&](Deals& deals) { return deals.deals.at(name); });
  }
  std::vector<SagaRecord> all() {
    return store.read(Context::begin(std::chrono::seconds(20), clock, random), [](Deals& deals) {
      std::vector<SagaRecord> records;
      for (const auto& each : deals.sagas.list({.limit = 10'000})) records.push_back(each.data());
      return records;
    });
  }

  ManualClock clock;
  SeededRandom random{7};
  IdleScheduler scheduler;
  SagaPolicy policy{.workers = 0};
  LeftSide left;
  Participant<Right> right;
  DealStore store{clock};
  SagaEngine<DealSagas> engine{store, {&left, &right}, {clock, random, scheduler}, policy};
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

// What people may do about a saga that does not get on by itself.

std::string words_of(const Error& error) {
  std::string words = error.message;
  for (const Detail& detail : error.details) words += '|' + detail.problem;
  return words;
}

TEST_F(Sagas, GoOnBehindAStepThatSomebodyHasMarked) {
  right.broken = true;
  begin<BothNod>("deal");
  run_for_long();
  ASSERT_EQ(all().at(0).status, SagaStatus::Stuck);

  const auto marked = mark(all().at(0));
  ASSERT_TRUE(marked) << marked.error().message;
  EXPECT_EQ(marked->status, SagaStatus::Done);
  EXPECT_EQ(marked->steps.at(1).state, StepState::Done);
  EXPECT_EQ(marked->steps.at(1).note, "done, says ann: called them");
  EXPECT_EQ(deal("deal").nods, 2) << "the module changes as by the answer";
}

TEST_F(Sagas, AreMarkedAtTheStepThatSomebodySawAndNotAtTheNextOne) {
  left.away = right.away = true;
  begin<ShakeThenNod>("deal");
  const SagaRecord seen = all().at(0);
  ASSERT_TRUE(order(SagaWish::Mark, seen.id, "left.shake"));
  engine.round();
  const SagaRecord next = all().at(0);
  ASSERT_EQ(SagaInstance(next).at_call(), "right.nod");
  ASSERT_TRUE(SagaInstance(next).may_be_marked()) << "it waits for somebody who does not answer";

  const auto again = order(SagaWish::Mark, seen.id, "left.shake");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "banyan.saga_not_possible");
  EXPECT_EQ(again.error().message,
            "saga " + seen.id.str() +
                ": no mark, for it is at right.nod by now, not at left.shake. Possible now: retry,"
                " mark");
  EXPECT_FALSE(order(SagaWish::Retry, seen.id, "left.shake")) << "whatever says where it was";
  EXPECT_EQ(all().at(0), next);

  EXPECT_TRUE(order(SagaWish::Mark, seen.id, "right.nod"));
  EXPECT_EQ(all().at(0).status, SagaStatus::Done);
}

TEST_F(Sagas, AreNotMarkedByWhoeverDoesNotSayWhichStepIsMeant) {
  right.away = true;
  begin<BothNod>("deal");
  const SagaRecord before = all().at(0);
  const auto refused = order(SagaWish::Mark, before.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(refused.error().rule, "banyan.invalid_request");
  EXPECT_NE(refused.error().message.find(R"("at" is "right.nod")"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(all().at(0), before);
}

TEST_F(Sagas, SayOnTheWayBackTheCallThatUndoes) {
  left.away = true;
  begin<BothNod>("deal");
  EXPECT_EQ(SagaInstance(all().at(0)).at_call(), "left.nod");
  const SagaId id = all().at(0).id;
  ASSERT_TRUE(order(SagaWish::Back, id));
  EXPECT_EQ(SagaInstance(all().at(0)).at_call(), "left.shake");
  engine.round();
  EXPECT_FALSE(order(SagaWish::Mark, id, "left.nod")) << "that was for its being done";
  EXPECT_TRUE(order(SagaWish::Mark, id, "left.shake"));
  EXPECT_EQ(SagaInstance(all().at(0)).at_call(), "") << "it is over";
}

TEST_F(Sagas, AreAskedForAgainWithAFreshCount) {
  right.broken = true;
  begin<BothNod>("deal");
  run_for_long();
  right.broken = false;

  const auto resumed = order(SagaWish::Retry, all().at(0).id);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->attempts, 0);
  engine.round();
  EXPECT_EQ(all().at(0).status, SagaStatus::Done);
}

TEST_F(Sagas, GetAFreshCountAlsoWhileTheyWaitForTheirNextAttempt) {
  right.broken = true;
  begin<BothNod>("deal");
  for (std::int64_t round = 2; round < policy.max_attempts; ++round) {
    clock.advance(policy.longest_wait());
    engine.round();
  }
  const SagaRecord nearly = all().at(0);
  ASSERT_EQ(nearly.status, SagaStatus::Active);
  ASSERT_EQ(nearly.attempts, policy.max_attempts - 1);

  const auto retried = order(SagaWish::Retry, nearly.id);
  ASSERT_TRUE(retried) << retried.error().message;
  EXPECT_EQ(retried->attempts, 0);
  engine.round();
  EXPECT_EQ(all().at(0).status, SagaStatus::Active) << "not the last attempt, but the first";
  EXPECT_EQ(all().at(0).attempts, 1);

  right.broken = false;
  right.away = true;
  clock.advance(policy.longest_wait());
  engine.round();
  ASSERT_EQ(all().at(0).outages, 1);
  ASSERT_TRUE(order(SagaWish::Retry, nearly.id));
  EXPECT_EQ(all().at(0).outages, 0) << "nor is what it waits before it asks again";
}

TEST_F(Sagas, TurnBackWhenSomebodySaysSo) {
  left.away = true;
  begin<BothNod>("deal");
  const auto back = order(SagaWish::Back, all().at(0).id);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->phase, SagaPhase::Back);
  EXPECT_EQ(back->turned_back, "by_operator");
  EXPECT_EQ(back->problem, "turned back by ann: called them");

  left.away = false;
  run_for_long();
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
  EXPECT_EQ(deal("deal").nods, 0);
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

TEST_F(Sagas, TakeNoAnswerOfWhoeverDroveThemBeforeAPersonInterfered) {
  left.during = [&] { ASSERT_TRUE(order(SagaWish::Back, all().at(0).id)); };
  begin<BothNod>("deal");

  EXPECT_EQ(left.calls, 1);
  const SagaRecord crossed = all().at(0);
  EXPECT_EQ(crossed.phase, SagaPhase::Back) << "the answer that was under way changes nothing";
  EXPECT_EQ(crossed.steps.at(0).state, StepState::ToCome);
  EXPECT_EQ(deal("deal").nods, 0);
  run_for_long();
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
  EXPECT_EQ(right.calls, 0);
}

TEST_F(Sagas, RefuseWhatMakesNoSenseAndNameWhatDoes) {
  right.away = true;
  begin<BothNod>("deal");
  const SagaId id = all().at(0).id;

  const auto too_late = order(SagaWish::Back, id);
  ASSERT_FALSE(too_late);
  EXPECT_EQ(too_late.error().rule, "banyan.saga_not_possible");
  EXPECT_EQ(words_of(too_late.error()),
            "saga " + id.str() +
                ": no back, for it is past its point of no return, at nod. Possible now: retry,"
                " mark|possible: retry, which asks for the step again, with a fresh count of"
                " attempts|possible: mark, which says that the step is done, or on the way back"
                " undone");
  ASSERT_TRUE(mark(all().at(0))) << "it waits for somebody who does not answer";
  for (const SagaWish wish : {SagaWish::Retry, SagaWish::Mark, SagaWish::Back}) {
    const auto over = order(wish, id);
    ASSERT_FALSE(over);
    EXPECT_NE(over.error().message.find("it is done"), std::string::npos) << over.error().message;
  }
  const auto unknown = order(SagaWish::Mark, SagaId::make({1}, random));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().rule, "banyan.unknown_saga");
}

TEST_F(Sagas, AreNotMarkedWhereOnlyTheAnswerSaysWhatChanges) {
  left.broken = true;
  begin<LeftNods>("deal");
  run_for_long();
  const SagaRecord before = all().at(0);
  ASSERT_EQ(before.status, SagaStatus::Stuck);

  const auto refused = mark(before);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("only the answer to nod"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(all().at(0), before);
}

// Nobody stands above a worker: what it does not contain ends the process.
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
}  // namespace banyan
