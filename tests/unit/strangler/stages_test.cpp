// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/stages.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "banyan/stages/made_note.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "manual_scheduler.hpp"
#include "support/becomes_true.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
const Reason kReason{"ann@desk", "a test"};

Switchboard::Order reads(std::string_view percent) { return {*Percent::parse(percent), {}}; }

class StagesTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = open();
    ASSERT_TRUE(store_->enlist({"catalog", "orders"}));
    auto stages = Stages::make(*store_, scheduler_);
    ASSERT_TRUE(stages);
    stages_ = std::move(*stages);
    board_ = std::make_unique<Switchboard>(*store_, open_topology(), stages_.get());
  }

  std::unique_ptr<ControlStore> open() const {
    auto store = ControlStore::open(file_, system_clock());
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  void shift(std::string_view percent) {
    const auto changed = board_->shift("catalog", reads(percent), kReason);
    ASSERT_TRUE(changed) << changed.error().message;
  }

  static std::string unit(int number) { return "customer-" + std::to_string(number); }

  std::set<int> on_the_new_side(const RoutingTable& table) const {
    std::set<int> units;
    for (int i = 0; i < kUnits; ++i) {
      if (table.decide("catalog", Effect::Read, unit(i)).side == Side::Remote) units.insert(i);
    }
    return units;
  }

  static constexpr int kUnits = 20'000;
  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("control.db");
  test::ManualScheduler scheduler_;
  std::unique_ptr<ControlStore> store_;
  std::unique_ptr<Stages> stages_;
  std::unique_ptr<Switchboard> board_;
};

TEST_F(StagesTest, SendEverythingToTheOldSideAtFirst) {
  const RoutingDecision decision = stages_->decide("catalog", Effect::Read, "ann");
  EXPECT_EQ(decision, (RoutingDecision{"catalog", Side::Local, 0}));
  EXPECT_EQ(stages_->decide("nobody-moves-this", Effect::Write, "ann").side, Side::Local);
}

TEST_F(StagesTest, ShowAChangeOfThisProcessAtOnceWithItsRevision) {
  shift("100");
  EXPECT_EQ(stages_->decide("catalog", Effect::Read, "ann"),
            (RoutingDecision{"catalog", Side::Remote, 1}));
  EXPECT_EQ(stages_->decide("catalog", Effect::Write, "ann").side, Side::Local);
  EXPECT_EQ(stages_->decide("orders", Effect::Read, "ann").side, Side::Local);
  EXPECT_EQ(stages_->traffic("catalog").stage, TrafficStage::Canary);
  EXPECT_EQ(stages_->revision(), 1U);
}

// The table of a process with a database, whose placements it knows.
TEST_F(StagesTest, Decide_with_the_epoch_of_the_placement_that_is_known) {
  std::uint64_t epoch = 1;
  auto table = Stages::make(*store_, scheduler_, {}, Stages::kWatchInterval,
                            [&epoch](std::string_view module) -> std::uint64_t {
                              return module == "catalog" ? epoch : 0;
                            });
  ASSERT_TRUE(table);
  const auto epoch_of = [&](std::string_view module) {
    return (*table)->decide(module, Effect::Read, "ann").epoch;
  };
  EXPECT_EQ(epoch_of("catalog"), 1U);
  EXPECT_EQ(epoch_of("orders"), 0U);
  EXPECT_EQ(epoch_of("nobody-moves-this"), 0U);

  epoch = 2;  // its tables have moved
  EXPECT_EQ(epoch_of("catalog"), 1U);
  scheduler_.tick();
  EXPECT_EQ(epoch_of("catalog"), 2U);
  shift("100");
  ASSERT_TRUE((*table)->refresh());
  EXPECT_EQ((*table)->decide("catalog", Effect::Read, "ann"),
            (RoutingDecision{"catalog", Side::Remote, 1, 2}));

  epoch = 1;  // an older copy of the file: decisions go on to know better
  scheduler_.tick();
  EXPECT_EQ(epoch_of("catalog"), 2U);
}

TEST_F(StagesTest, LetATesterChooseWhereTheMatrixDoesAndSayThatHeHas) {
  const auto force = [&](Effect effect, Side wanted) {
    return stages_->force("catalog", effect, wanted, {});
  };
  EXPECT_EQ(force(Effect::Read, Side::Remote),
            (RoutingDecision{"catalog", Side::Remote, 0, 0, true}))
      << "before anybody else";
  EXPECT_EQ(force(Effect::Write, Side::Remote), std::nullopt);
  shift("25");
  EXPECT_EQ(force(Effect::Read, Side::Local),
            (RoutingDecision{"catalog", Side::Local, 1, 0, true}));
  ASSERT_TRUE(board_->shift("catalog", {Percent::all(), Side::Remote}, kReason));
  EXPECT_EQ(force(Effect::Read, Side::Local), std::nullopt) << "its data is old by now";
  EXPECT_EQ(force(Effect::Write, Side::Local), std::nullopt);
  EXPECT_TRUE(force(Effect::Write, Side::Remote)->forced);
  EXPECT_EQ(stages_->force("catalog", Effect::Read, Side::Remote, {.both_reach_data = false})->side,
            Side::Remote)
      << "where all are";
}

TEST_F(StagesTest, MoveNoUnitMoreThanThePercentagesDemand) {
  shift("5");
  const auto five = on_the_new_side(*stages_);
  shift("10");
  const auto ten = on_the_new_side(*stages_);
  shift("25");
  const auto twenty_five = on_the_new_side(*stages_);
  shift("10");
  const auto ten_again = on_the_new_side(*stages_);

  EXPECT_TRUE(std::ranges::includes(ten, five));
  EXPECT_TRUE(std::ranges::includes(twenty_five, ten));
  EXPECT_EQ(ten_again, ten);
  EXPECT_NEAR(static_cast<double>(five.size()) / kUnits, 0.05, 0.01);
  EXPECT_NEAR(static_cast<double>(ten.size()) / kUnits, 0.10, 0.01);
  EXPECT_NEAR(static_cast<double>(twenty_five.size()) / kUnits, 0.25, 0.01);
}

TEST_F(StagesTest, AgreeOverReplicasAndRestarts) {
  shift("25");
  for (int more = 0; more < 2; ++more) {
    const auto other_store = open();
    const auto replica = Stages::make(*other_store, scheduler_);
    ASSERT_TRUE(replica);
    EXPECT_EQ(on_the_new_side(**replica), on_the_new_side(*stages_));
  }
}

TEST_F(StagesTest, ChooseOtherUnitsForEveryModule) {
  shift("10");
  ASSERT_TRUE(board_->shift("orders", reads("10"), kReason));
  const auto catalog = on_the_new_side(*stages_);
  std::size_t both = 0;
  for (const int i : catalog) {
    if (stages_->decide("orders", Effect::Read, unit(i)).side == Side::Remote) ++both;
  }
  EXPECT_NEAR(static_cast<double>(both) / static_cast<double>(catalog.size()), 0.10, 0.04);
}

TEST_F(StagesTest, NoticeAChangeByAnotherConnectionAtTheNextTick) {
  const auto other_store = open();
  Switchboard other(*other_store);
  ASSERT_TRUE(other.shift("catalog", reads("100"), kReason));
  EXPECT_EQ(stages_->revision(), 0U);

  scheduler_.tick();

  EXPECT_EQ(stages_->revision(), 1U);
  EXPECT_LE(scheduler_.last_interval, std::chrono::milliseconds(100));
}

TEST_F(StagesTest, NoticeAChangeByAnotherProcessByThemselves) {
  // The first process to touch the store is the child: it forks before any thread or connection of
  // this test could be duplicated half-way.
  board_.reset();
  stages_.reset();
  store_.reset();
  int start[2];
  ASSERT_EQ(pipe(start), 0);
  const pid_t child = fork();
  if (child == 0) {
    char go = 0;
    if (read(start[0], &go, 1) != 1) _exit(9);
    auto store = ControlStore::open(file_, system_clock());
    if (!store) _exit(1);
    Switchboard board(**store);
    _exit(board.shift("catalog", reads("100"), {"child", "from another process"}) ? 0 : 2);
  }
  store_ = open();
  const auto scheduler = make_thread_scheduler();
  auto stages = Stages::make(*store_, *scheduler);
  ASSERT_TRUE(stages);

  ASSERT_EQ(write(start[1], "g", 1), 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const auto committed = std::chrono::steady_clock::now();
  while ((*stages)->revision() == 0 &&
         std::chrono::steady_clock::now() - committed < std::chrono::seconds(5)) {
    std::this_thread::yield();
  }

  EXPECT_EQ((*stages)->revision(), 1U);
  // 200 ms are promised, twice the watch interval; the rest is for a machine that is busy.
  EXPECT_LT(std::chrono::steady_clock::now() - committed, std::chrono::milliseconds(1'000));
  EXPECT_EQ((*stages)->decide("catalog", Effect::Read, "ann").side, Side::Remote);
  EXPECT_TRUE(store_->verify()->problems.empty());
  close(start[0]);
  close(start[1]);
}

TEST_F(StagesTest, AreInForceAndCanBeReadWhileTheDiskOfANoteHangs) {
  // Who reads such a file waits until somebody writes it.
  const std::string note = made_note_beside(file_);
  ASSERT_EQ(mkfifo(note.c_str(), 0600), 0);
  std::jthread changing([&] { shift("100"); });
  const bool in_force = test::becomes_true([&] { return stages_->revision() == 1; },
                                           {.longest = std::chrono::seconds(10)});
  EXPECT_TRUE(in_force) << "users stay on the side that fails for as long as the note takes";
  if (in_force) {
    const auto stand = store_->stand();
    EXPECT_TRUE(stand && stand->revision == 1) << "nor does who only looks wait for it";
  }
  EXPECT_TRUE(test::becomes_true([&] {
    const int writer = ::open(note.c_str(), O_WRONLY | O_NONBLOCK);
    if (writer >= 0) close(writer);
    return writer >= 0;
  })) << "somebody reads it";
  changing.join();
  EXPECT_EQ(stages_->decide("catalog", Effect::Read, "ann").side, Side::Remote);
  EXPECT_EQ(read_made_note(note)->last.seq, 1U) << "it is written before the change is answered";
}

/// A store whose disk has gone.
class BrokenStore final : public ControlStore {
 public:
  explicit BrokenStore(ControlStore& inner) : inner_(inner) {}
  bool broken = false;

  const std::string& file() const override { return inner_.file(); }
  Result<void> enlist(const std::vector<std::string>& modules) override {
    return inner_.enlist(modules);
  }
  Result<Stand> stand() override {
    if (broken) return gone();
    return inner_.stand();
  }
  Result<std::optional<LogEntry>> change(std::string_view module, const Reason& reason,
                                         const Decide& decide) override {
    return inner_.change(module, reason, decide);
  }
  Result<Stand> stand_at(std::uint64_t revision) override { return inner_.stand_at(revision); }
  Result<std::vector<LogEntry>> change_all(const Reason& reason, const DecideAll& decide) override {
    return inner_.change_all(reason, decide);
  }
  Result<std::vector<StoredPlan>> plans() override { return inner_.plans(); }
  Result<std::optional<LogEntry>> walk(std::string_view module, const Reason& reason,
                                       const Walk& decide) override {
    return inner_.walk(module, reason, decide);
  }
  Result<std::vector<Sighting>> sightings() override { return inner_.sightings(); }
  Result<void> note(const std::vector<Sighting>& seen) override { return inner_.note(seen); }
  Result<std::vector<LogEntry>> log(std::size_t limit, std::string_view module) override {
    return inner_.log(limit, module);
  }
  Result<std::vector<LogEntry>> history(std::size_t limit, std::string_view module,
                                        std::string_view kind) override {
    return inner_.history(limit, module, kind);
  }
  Result<std::optional<LogEntry>> note_table(const std::vector<TablePart>& table,
                                             const Reason& reason) override {
    return inner_.note_table(table, reason);
  }
  Result<std::vector<TablePart>> table() override { return inner_.table(); }
  Result<Verification> verify(std::string_view head) override { return inner_.verify(head); }
  Result<std::uint64_t> outside_version() override {
    if (broken) return gone();
    return inner_.outside_version();
  }
  void follow(std::function<void()> in_force) override { inner_.follow(std::move(in_force)); }
  Result<void> mark_notes() override { return inner_.mark_notes(); }
  std::optional<Error> unwritable() override { return inner_.unwritable(); }
  std::string not_in_file() override { return inner_.not_in_file(); }
  void tend() override { inner_.tend(); }

 private:
  static std::unexpected<Error> gone() {
    return fail(ErrorCode::Unavailable, "banyan.control_store_unavailable", "the disk is gone");
  }
  ControlStore& inner_;
};

TEST_F(StagesTest, KeepTheLastTableWhileTheStoreCannotBeRead) {
  BrokenStore fragile(*store_);
  std::vector<std::string> complaints;
  const auto stages = Stages::make(
      fragile, scheduler_, [&](const Error& error) { complaints.push_back(error.message); });
  ASSERT_TRUE(stages);
  shift("100");
  scheduler_.tick();
  ASSERT_TRUE((*stages)->refresh());

  fragile.broken = true;
  scheduler_.tick();
  scheduler_.tick();

  EXPECT_EQ((*stages)->decide("catalog", Effect::Read, "ann").side, Side::Remote);
  EXPECT_THAT(complaints, testing::ElementsAre("the disk is gone"));

  fragile.broken = false;
  scheduler_.tick();
  fragile.broken = true;
  scheduler_.tick();
  EXPECT_EQ(complaints.size(), 2U);
}

// The store's version tells of changes of others only.
TEST_F(StagesTest, ObeyAChangeOfThisProcessOnceTheStoreCanBeReadAgain) {
  BrokenStore fragile(*store_);
  const auto stages = Stages::make(fragile, scheduler_);
  ASSERT_TRUE(stages);
  Switchboard board(fragile, open_topology(), stages->get());
  fragile.broken = true;
  ASSERT_TRUE(board.shift("catalog", reads("100"), kReason)) << "it is on the disk";
  EXPECT_EQ((*stages)->decide("catalog", Effect::Read, "ann").side, Side::Local);
  scheduler_.tick();

  fragile.broken = false;
  scheduler_.tick();
  EXPECT_EQ((*stages)->decide("catalog", Effect::Read, "ann").side, Side::Remote);
}

TEST_F(StagesTest, KeepTheLastTableWhenAnotherFileTakesTheStoresPlace) {
  const std::string backup = file_ + ".backup";
  std::vector<std::string> complaints;
  auto stages = Stages::make(*store_, scheduler_,
                             [&](const Error& error) { complaints.push_back(error.rule); });
  ASSERT_TRUE(stages);
  {
    auto other = ControlStore::open(backup, system_clock());
    ASSERT_TRUE((*other)->enlist({"catalog", "orders"}));
  }
  shift("100");
  ASSERT_TRUE((*stages)->refresh());
  std::filesystem::rename(backup, file_);
  scheduler_.tick();
  scheduler_.tick();
  EXPECT_THAT(complaints, testing::ElementsAre("banyan.control_store_moved"));
  EXPECT_EQ((*stages)->decide("catalog", Effect::Read, "ann").side, Side::Remote);
  EXPECT_FALSE(board_->back("catalog", kReason));
}

TEST_F(StagesTest, DecideWhileTheTableChanges) {
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&] {
        std::uint64_t last = 0;
        while (!stop) {
          const RoutingDecision decision = stages_->decide("catalog", Effect::Read, "ann");
          // Odd revisions are at 100 %, even ones at none.
          const Side expected = decision.revision % 2 == 1 ? Side::Remote : Side::Local;
          if (decision.side != expected || decision.revision < last) ++wrong;
          last = decision.revision;
        }
      });
    }
    for (int i = 0; i < 100; ++i) shift(i % 2 == 0 ? "100" : "0");
    stop = true;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(stages_->revision(), 100U);
}

TEST(SnapshotTest, DeletesWhatNobodyCanSeeAnyMore) {
  Snapshot<int> snapshot(std::make_unique<const int>(1));
  snapshot.read([&](const int& seen) {
    snapshot.publish(std::make_unique<const int>(2));
    EXPECT_EQ(seen, 1);
    EXPECT_EQ(snapshot.reclaim(), 1U);
  });
  EXPECT_EQ(snapshot.read([](const int& seen) { return seen; }), 2);
  EXPECT_EQ(snapshot.reclaim(), 0U);
}

TEST(SnapshotTest, SettlesWhenTheLastReaderOfWhatWasReplacedIsOut) {
  auto first = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = first;
  Snapshot<std::shared_ptr<int>> snapshot(
      std::make_unique<const std::shared_ptr<int>>(std::move(first)));
  std::latch inside(1);
  std::latch leave(1);
  std::jthread reader([&] {
    snapshot.read([&](const auto&) {
      inside.count_down();
      leave.wait();
    });
  });
  inside.wait();
  snapshot.publish(std::make_unique<const std::shared_ptr<int>>(std::make_shared<int>(2)));
  EXPECT_FALSE(seen.expired());
  leave.count_down();
  snapshot.settle();
  EXPECT_TRUE(seen.expired());
}

class SwitchboardTest : public StagesTest {};

TEST_F(SwitchboardTest, WalksForthAndBack) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(board_->next("catalog", kReason));
  EXPECT_EQ(to_string(stages_->traffic("catalog")), "moved");
  EXPECT_EQ(stages_->decide("catalog", Effect::Write, "ann").side, Side::Remote);
  EXPECT_EQ(board_->next("catalog", kReason).error().rule, "banyan.no_next_step");

  const auto back = board_->back("catalog", kReason);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_string(back->before), "moved");
  EXPECT_EQ(to_string(back->after), "canary 100%");
  ASSERT_TRUE(board_->back("catalog", kReason));
  EXPECT_EQ(to_string(stages_->traffic("catalog")), "legacy");
  EXPECT_EQ(board_->back("catalog", kReason).error().rule, "banyan.no_step_back");
  EXPECT_EQ(store_->stand()->revision, 7U);
}

TEST_F(SwitchboardTest, RetiresWhatHasMovedAndGoesBackFromThere) {
  EXPECT_EQ(board_->retire("catalog", kReason).error().rule, "banyan.not_moved");
  EXPECT_EQ(store_->stand()->revision, 0U);
  ASSERT_TRUE(board_->shift("catalog", {Percent::all(), Side::Remote}, kReason));
  const auto retired = board_->retire("catalog", {"ann@desk", "two quiet weeks", "judged"});
  ASSERT_TRUE(retired) << retired.error().message;
  EXPECT_EQ(to_string(retired->after), "retired");
  EXPECT_EQ(retired->entry->evidence, "judged");
  EXPECT_EQ(stages_->decide("catalog", Effect::Write, "ann").side, Side::Remote);
  EXPECT_EQ(board_->next("catalog", kReason).error().rule, "banyan.no_next_step");
  // All is there already, so nothing changes; nor does another word for it.
  EXPECT_FALSE(board_->retire("catalog", kReason)->entry);
  EXPECT_FALSE(board_->shift("catalog", {Percent::all(), Side::Remote}, kReason)->entry);
  EXPECT_EQ(to_string(stages_->traffic("catalog")), "retired");

  const auto back = board_->back("catalog", kReason);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_string(back->after), "moved");
  EXPECT_EQ(store_->stand()->revision, 3U);
  EXPECT_TRUE(store_->verify()->problems.empty());
}

TEST_F(SwitchboardTest, RetiresNothingWhoseTablesNeedTheOldSide) {
  DataStage data = DataStage::Switched;
  Switchboard board(*store_, [&](std::string_view) { return Topology{.data = data}; });
  ASSERT_TRUE(board.shift("catalog", {Percent::all(), Side::Remote}, kReason));
  const auto refused = board.retire("catalog", kReason, true);
  ASSERT_FALSE(refused) << "forced or not";
  EXPECT_EQ(refused.error().rule, "banyan.illegal_stage");
  EXPECT_THAT(refused.error().message, HasSubstr("banyan schema move catalog --complete"));
  data = DataStage::Separate;
  EXPECT_TRUE(board.retire("catalog", kReason));
}

TEST_F(SwitchboardTest, RefusesAnIllegalShiftWithTheReasonAndLogsNothing) {
  const auto refused = board_->shift("catalog", {*Percent::parse("25"), Side::Remote}, kReason);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.illegal_stage");
  EXPECT_THAT(refused.error().message, HasSubstr("refused: the writes of catalog may only be on"));
  EXPECT_EQ(store_->stand()->revision, 0U);
}

TEST_F(SwitchboardTest, DoesNotBringWritesHomeUnasked) {
  ASSERT_TRUE(board_->shift("catalog", {Percent::all(), Side::Remote}, kReason));
  const auto refused = board_->shift("catalog", reads("25"), kReason);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Bring the writes home in the same change"));
  EXPECT_TRUE(board_->shift("catalog", {*Percent::parse("25"), Side::Local}, kReason));
}

TEST_F(SwitchboardTest, AsksTheTopologyAtTheMomentOfTheChange) {
  Topology topology{.both_reach_data = false};
  Switchboard board(*store_, [&](std::string_view) { return topology; });
  EXPECT_EQ(board.shift("catalog", {Percent::all(), Side::Remote}, kReason).error().rule,
            "banyan.illegal_stage");
  topology.data = DataStage::Separate;
  EXPECT_TRUE(board.shift("catalog", {Percent::all(), Side::Remote}, kReason));
  EXPECT_EQ(board.back("catalog", kReason).error().rule, "banyan.illegal_stage");
}

TEST_F(SwitchboardTest, ShowsWhatCanBeDoneAndWhatMayNotStay) {
  shift("25");
  Switchboard here(
      *store_, [](std::string_view module) { return Topology{.new_side = module == "orders"}; });
  const auto overview = here.overview();
  ASSERT_TRUE(overview);
  ASSERT_EQ(overview->positions.size(), 2U);
  const auto& catalog = overview->positions[0];
  EXPECT_THAT(catalog.illegal.value_or(""), HasSubstr("there is no service of catalog"));
  EXPECT_FALSE(catalog.next);
  EXPECT_EQ(to_string(*catalog.back), "legacy");
  const auto& orders = overview->positions[1];
  EXPECT_FALSE(orders.illegal);
  EXPECT_EQ(to_string(*orders.next), "canary 1%");
  EXPECT_FALSE(orders.back);
}

TEST_F(SwitchboardTest, WalksEachModuleByItsOwnSteps) {
  Switchboard board(*store_, open_topology(), stages_.get(), [](std::string_view module) {
    return module == "orders" ? std::vector{Percent::all()} : usual_steps();
  });
  EXPECT_EQ(to_string(board.next("orders", kReason)->after), "canary 100%");
  EXPECT_EQ(to_string(board.next("catalog", kReason)->after), "canary 1%");
}

TEST_F(SwitchboardTest, ReportsAShiftToWhereItIsAsNoChange) {
  shift("25");
  const auto again = board_->shift("catalog", reads("25"), kReason);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->entry);
  EXPECT_EQ(again->before, again->after);
}

}  // namespace
}  // namespace banyan::strangler
