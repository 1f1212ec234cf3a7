// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/saga_engine.hpp"
#include "support/told_work.hpp"

/// The smallest sagas that there are: two sides nod to a deal.
namespace banyan::deals {

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
struct Look {
  std::string what;
  using Response = bool;
  static constexpr Operation operation{.name = "look", .effect = Effect::Read};
};
struct Left : Port<Nod, Shake, Look> {
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
  bool has_come = false;
  int looks = 0;
  Result<bool> handle(const Look& /*request*/, const Context& /*context*/) override {
    ++looks;
    return has_come;
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
struct LookForLeft {
  using State = Deal;
  using Port = Left;
  static Look request(const Deal& deal) { return {deal.name}; }
  static bool has_come(bool there) { return there; }
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

struct WaitThenNod {
  using State = Deal;
  static constexpr SagaInfo info{.name = "wait_then_nod"};
  using Steps = SagaSteps<Await<LookForLeft>, Retriable<NodByRight>>;
};

struct Deals {
  MemorySagas sagas;
  std::map<std::string, Deal> deals;
};

/// Keeps deals where they are: nothing here is undone.
class DealStore final : public Store<Deals, Deals> {
 public:
  explicit DealStore(const Clock& clock) : clock_(clock) {}
  std::atomic<bool> broken = false;  ///< nothing can be written, as if the disk were full
  std::atomic<bool> away = false;    ///< for now

 private:
  struct Unit final : UnitOfWork {
    Unit(const Context& context, const Clock& at) : UnitOfWork(context), clock(at) {}
    LeaseTime lease_now() override { return banyan::lease_now(clock); }
    const Clock& clock;
  };
  void run_read(const Context& context,
                const std::function<void(Deals&, UnitOfWork&)>& body) override {
    const std::lock_guard lock(mutex_);
    be_there();
    Unit unit(context, clock_);
    body(deals_, unit);
  }
  Result<void> run_write(const Context& context,
                         const std::function<Result<void>(Deals&, UnitOfWork&)>& body) override {
    const std::lock_guard lock(mutex_);
    if (broken) throw std::runtime_error("the disk is full");
    be_there();
    Unit unit(context, clock_);
    return body(deals_, unit);
  }

  void be_there() const {
    if (!away) return;
    throw OperationalFault({ErrorCode::Unavailable, "banyan.database_unavailable", "away", {}},
                           "the database is away");
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
  using Sagas = SagaList<BothNod, ShakeThenNod, NodForGood, LeftNods, WaitThenNod>;
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
  /// For the background alone.
  template <class Definition>
  void leave(const std::string& name) {
    const SagaId id = engine.id_after(std::nullopt);
    ASSERT_TRUE(store.write(Context::begin(std::chrono::seconds(20), clock, random),
                            [&](Deals& deals, UnitOfWork& unit) -> Result<void> {
                              deals.deals[name] = {name};
                              engine.leave_to_the_runner<Definition>(deals, unit, name, id);
                              return {};
                            }));
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
  test::ToldWork work;
  SagaEngine<DealSagas> engine{
      store, {&left, &right}, {clock, random, scheduler, nullptr, &work}, policy};
};

}  // namespace banyan::deals
