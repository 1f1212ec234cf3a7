// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include "banyan/mover/move.hpp"
#include "mover_process.hpp"
#include "warehouse_sample.hpp"

namespace banyan::mover {
namespace {

using testing::Child;
using testing::Content;
using testing::expect_single_authority;
using testing::failure_of;
using ::testing::HasSubstr;
using testing::HeldMover;
using testing::make_shop;
using testing::move_and_die_at;
using testing::RawDatabase;
using testing::shop_ownership;
using testing::TempFolder;
using testing::warehouse_content;
using testing::warehouse_request;

class MoverCrash : public ::testing::Test {
 protected:
  MoverCrash() { make_shop(shared_); }

  void must_move(Direction direction) {
    const auto outcome = move_module(warehouse_request(shared_), direction);
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().message);
  }
  void must_recover() {
    const auto recoveries = recover(shared_, shop_ownership());
    ASSERT_TRUE(recoveries) << recoveries.error().message;
    for (const Recovery& each : *recoveries) {
      EXPECT_FALSE(each.failure) << each.failure->message;
    }
  }

  TempFolder folder_;
  std::filesystem::path shared_ = folder_ / "shop.db";
  std::filesystem::path own_ = folder_ / "shop.warehouse.db";
};

class KilledAtStep : public MoverCrash, public ::testing::WithParamInterface<int> {};

TEST_P(KilledAtStep, LeavesOneSideAuthoritativeAndTheSameCommandCompletes) {
  const auto step = static_cast<Step>(GetParam());
  const Content before = warehouse_content(shared_);
  for (const Direction direction : {Direction::Out, Direction::Back}) {
    Child child([&] { return move_and_die_at(warehouse_request(shared_), direction, step); });
    ASSERT_TRUE(child.wait()) << "it was not killed at step " << to_string(step);

    must_recover();
    const auto authoritative = expect_single_authority(shared_);
    const bool switched = step >= Step::Switched;
    EXPECT_EQ(authoritative == own_, switched == (direction == Direction::Out)) << to_string(step);
    EXPECT_EQ(warehouse_content(authoritative), before) << to_string(step);

    must_move(direction);
    const auto completed = expect_single_authority(shared_);
    EXPECT_EQ(completed, direction == Direction::Out ? own_ : shared_);
    EXPECT_EQ(warehouse_content(completed), before) << to_string(step);
  }
}
INSTANTIATE_TEST_SUITE_P(Steps, KilledAtStep, ::testing::Range(1, 12));

class KilledNearTheSwitch : public KilledAtStep {};

// The third move finds an old copy in its way.
TEST_P(KilledNearTheSwitch, IsCompletedByTheSameCommandWithoutRecoveryBetween) {
  const auto step = static_cast<Step>(GetParam());
  const Content before = warehouse_content(shared_);
  for (const Direction direction : {Direction::Out, Direction::Back, Direction::Out}) {
    Child child([&] { return move_and_die_at(warehouse_request(shared_), direction, step); });
    ASSERT_TRUE(child.wait());
    must_move(direction);
    EXPECT_EQ(warehouse_content(expect_single_authority(shared_)), before);
  }
}
INSTANTIATE_TEST_SUITE_P(Steps, KilledNearTheSwitch,
                         ::testing::Values(static_cast<int>(Step::HalfCopied),
                                           static_cast<int>(Step::Sealed),
                                           static_cast<int>(Step::FenceWritten),
                                           static_cast<int>(Step::Switched)));

TEST_F(MoverCrash, KilledAtAnyMomentLosesNothing) {
  const Content before = warehouse_content(shared_);
  std::mt19937 random(20261122);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1200);
  int killed = 0;
  int rounds = 0;
  while (std::chrono::steady_clock::now() < until) {
    const Direction direction = random() % 2 == 0 ? Direction::Out : Direction::Back;
    const auto patience = std::chrono::microseconds(random() % 40'000);
    Child child([&] { return move_module(warehouse_request(shared_), direction) ? 0 : 1; });
    std::this_thread::sleep_for(patience);  // the moment of death is what is being varied
    child.kill();
    killed += child.wait() ? 1 : 0;
    ++rounds;
    must_recover();
    ASSERT_EQ(warehouse_content(expect_single_authority(shared_)), before);
  }
  RecordProperty("killed", killed);
  RecordProperty("rounds", rounds);
  EXPECT_GT(killed, 0);
}

// A writer outside the kit that keeps to the convention: it asks the fence for the place, checks
// the gate there, and goes again when it is told BANYAN_MOVED. Polite ones take the lock file.
class Writer {
 public:
  Writer(const TempFolder& folder, int id, bool polite)
      : shared_(folder / "shop.db"),
        folder_(folder.path()),
        stop_(folder / "stop"),
        acknowledged_(folder / ("acks." + std::to_string(id))),
        id_(id),
        polite_(polite) {}

  int run() {
    std::ofstream acks(acknowledged_);
    std::string last_place;
    int moves_seen = -1;
    for (int n = 0; !std::filesystem::exists(stop_);) {
      const std::string place = place_now();
      if (place != last_place) {
        ++moves_seen;
        last_place = place;
      }
      const std::string row = std::to_string(id_) + "-" + std::to_string(n);
      if (!write(place, row)) continue;
      acks << row << std::endl;
      ++n;
    }
    return std::min(moves_seen, 100);
  }

 private:
  std::string place_now() {
    RawDatabase& db = at(shared_.string());
    if (db.number("SELECT count(*) FROM sqlite_master WHERE name = 'banyan_fence'") == 0) {
      return shared_.string();
    }
    const std::string location =
        db.text("SELECT location FROM banyan_fence WHERE module = 'warehouse' AND state = 'moved'");
    return location.empty() ? shared_.string() : (folder_ / location).string();
  }

  bool write(const std::string& place, const std::string& row) {
    const int lock = ::open((place + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (polite_) ::flock(lock, LOCK_EX);
    RawDatabase& db = at(place);
    bool written = db.try_run("BEGIN IMMEDIATE").empty();
    if (written && place != shared_.string()) {
      written = db.text("SELECT state FROM banyan_gate WHERE module = 'warehouse'") == "open";
    }
    if (written) {
      written = db.try_run("INSERT INTO hold(track, state) VALUES (3, 'w" + row + "')").empty();
    }
    if (written) written = db.try_run("COMMIT").empty();
    if (!written) db.try_run("ROLLBACK");
    ::close(lock);
    return written;
  }

  RawDatabase& at(const std::string& file) {
    auto& db = open_[file];
    if (!db) db = std::make_unique<RawDatabase>(file);
    return *db;
  }

  std::filesystem::path shared_, folder_, stop_, acknowledged_;
  int id_;
  bool polite_;
  std::map<std::string, std::unique_ptr<RawDatabase>> open_;
};

// The acknowledged rows that are not there exactly once, and rows that nobody acknowledged.
std::vector<std::string> rows_in_doubt(const TempFolder& folder,
                                       const std::filesystem::path& authoritative, int writers) {
  std::multiset<std::string> expected;
  for (int id = 0; id < writers; ++id) {
    std::ifstream acks(folder / ("acks." + std::to_string(id)));
    for (std::string row; std::getline(acks, row);) expected.insert("3:w" + row + "|");
  }
  std::multiset<std::string> found;
  for (const std::string& row :
       RawDatabase(authoritative).exactly("SELECT state FROM hold WHERE state LIKE 'w%'")) {
    found.insert(row);
  }
  std::vector<std::string> doubtful;
  std::set_symmetric_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                                std::back_inserter(doubtful));
  return doubtful;
}

TEST_F(MoverCrash, KeepsEveryAcknowledgedRowOnceWhileWritersRunAndMoversDie) {
  constexpr int kWriters = 3;
  std::vector<std::unique_ptr<Child>> writers;
  for (int id = 0; id < kWriters; ++id) {
    writers.push_back(
        std::make_unique<Child>([&, id] { return Writer(folder_, id, id != 2).run(); }));
  }
  std::mt19937 random(7);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(2000);
  int completed = 0;
  Direction direction = Direction::Out;
  while (std::chrono::steady_clock::now() < until || completed < 3) {
    if (random() % 3 == 0) {
      const auto step = static_cast<Step>(1 + random() % 11);
      Child doomed([&] { return move_and_die_at(warehouse_request(shared_), direction, step); });
      doomed.wait();
    }
    must_move(direction);
    ++completed;
    direction = direction == Direction::Out ? Direction::Back : Direction::Out;
  }
  std::ofstream(folder_ / "stop") << "now";
  int moves_seen = 0;
  for (auto& writer : writers) {
    int seen = 0;
    EXPECT_FALSE(writer->wait(&seen));
    moves_seen += seen;
  }

  const auto authoritative = expect_single_authority(shared_);
  EXPECT_THAT(rows_in_doubt(folder_, authoritative, kWriters), ::testing::IsEmpty());
  EXPECT_GT(moves_seen, 0);
  const auto rows =
      RawDatabase(authoritative).number("SELECT count(*) FROM hold WHERE state LIKE 'w%'");
  EXPECT_GT(rows, 0);
  RecordProperty("moves", completed);
  RecordProperty("rows", static_cast<int>(rows));
}

TEST_F(MoverCrash, TheOracleNoticesAWriteThatWentToTheOldPlace) {
  must_move(Direction::Out);
  RawDatabase shared(shared_);
  shared.run("DROP TRIGGER banyan_fence_hold_insert");
  shared.run("INSERT INTO hold(track, state) VALUES (3, 'w0-0')");
  std::ofstream(folder_ / "acks.0") << "0-0\n";
  EXPECT_THAT(rows_in_doubt(folder_, own_, 1), ::testing::ElementsAre("3:w0-0|"));
}

TEST_F(MoverCrash, ASecondMoverIsRefusedAndNamesTheFirst) {
  const HeldMover first(warehouse_request(shared_), Direction::Out, Step::Copied);
  const auto second = move_module(warehouse_request(shared_), Direction::Out);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().rule, "mover.already_running");
  EXPECT_THAT(second.error().message, HasSubstr("pid " + std::to_string(first.pid())));
}

TEST_F(MoverCrash, RecoveryBesideALivingMoverTouchesNothing) {
  must_move(Direction::Out);
  {
    const HeldMover mover(warehouse_request(shared_), Direction::Back, Step::Sealed);
    const auto recoveries = recover(shared_, shop_ownership());
    ASSERT_TRUE(recoveries);
    EXPECT_TRUE(recoveries->front().mover_at_work);
    EXPECT_EQ(RawDatabase(own_).text("SELECT state FROM banyan_gate"), "closed");
  }
  const auto recoveries = recover(shared_, shop_ownership());
  ASSERT_TRUE(recoveries);
  EXPECT_TRUE(recoveries->front().changed);
  EXPECT_THAT(recoveries->front().note, HasSubstr("the gate was closed"));
  EXPECT_EQ(expect_single_authority(shared_), own_);
}

TEST_F(MoverCrash, ReadersGoOnWhileRowsAreCopied) {
  const HeldMover mover(warehouse_request(shared_), Direction::Out, Step::Verified);
  EXPECT_EQ(RawDatabase(shared_).number("SELECT n FROM stock WHERE track = 9"), 3);
}

TEST_F(MoverCrash, GivesUpOnAWriterThatDoesNotLetGo) {
  MoveOptions options;
  options.lock_wait = std::chrono::milliseconds(30);
  {
    const int lock = ::open((shared_.string() + ".lock").c_str(), O_RDWR | O_CREAT, 0644);
    ::flock(lock, LOCK_EX);
    const auto outcome = move_module(warehouse_request(shared_), Direction::Out, options);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().rule, "mover.locked");
    EXPECT_THAT(outcome.error().message, HasSubstr(shared_.string()));
    ::close(lock);
  }
  RawDatabase writer(shared_);
  writer.run("BEGIN IMMEDIATE");
  const auto outcome = move_module(warehouse_request(shared_), Direction::Out, options);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "mover.locked");
  writer.run("ROLLBACK");
  EXPECT_EQ(expect_single_authority(shared_), shared_);
}

// Both are held: who asks for the shared file first would complain about that one.
TEST_F(MoverCrash, Waits_for_the_modules_own_file_before_it_takes_the_one_that_others_need) {
  must_move(Direction::Out);
  MoveOptions options;
  options.lock_wait = std::chrono::milliseconds(30);
  const int shared = ::open((shared_.string() + ".lock").c_str(), O_RDWR | O_CREAT, 0644);
  ::flock(shared, LOCK_EX);
  RawDatabase holder(own_);
  holder.run("BEGIN IMMEDIATE");
  const auto expect_own_named = [&](const std::string& held) {
    const auto outcome = move_module(warehouse_request(shared_), Direction::Back, options);
    ASSERT_FALSE(outcome) << held;
    EXPECT_EQ(outcome.error().rule, "mover.locked");
    EXPECT_THAT(outcome.error().message, HasSubstr(own_.string())) << held;
    EXPECT_THAT(outcome.error().message, HasSubstr("--wait")) << held;
  };
  expect_own_named("in SQLite");
  holder.run("ROLLBACK");
  const int own = ::open((own_.string() + ".lock").c_str(), O_RDWR | O_CREAT, 0644);
  ::flock(own, LOCK_EX);
  expect_own_named("its lock file");
  ::close(own);
  ::close(shared);
  must_move(Direction::Back);
}

TEST_F(MoverCrash, Recovery_names_the_file_that_somebody_holds) {
  must_move(Direction::Out);
  RawDatabase(own_).run("UPDATE banyan_gate SET state = 'closed'");
  const int shared = ::open((shared_.string() + ".lock").c_str(), O_RDWR | O_CREAT, 0644);
  ::flock(shared, LOCK_EX);
  const int own = ::open((own_.string() + ".lock").c_str(), O_RDWR | O_CREAT, 0644);
  ::flock(own, LOCK_EX);
  const auto recoveries = recover(shared_, shop_ownership(), std::chrono::milliseconds(30));
  const Error failure = failure_of(recoveries);
  EXPECT_EQ(failure.rule, "mover.locked");
  EXPECT_THAT(failure.message, HasSubstr(own_.string()));
  ::close(own);
  ::close(shared);
}

TEST_F(MoverCrash, RefusesToGuessWhenAFileWasRestoredFromAnOlderCopy) {
  RawDatabase(shared_).run("PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::copy_file(shared_, folder_ / "older.db");
  must_move(Direction::Out);
  RawDatabase(shared_).run("PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::copy_file(folder_ / "older.db", shared_,
                             std::filesystem::copy_options::overwrite_existing);

  const auto recoveries = recover(shared_, shop_ownership());
  const Error failure = failure_of(recoveries);
  EXPECT_EQ(failure.rule, "mover.rewound");
  EXPECT_THAT(failure.message, HasSubstr("open at epoch 1"));
  const auto again = move_module(warehouse_request(shared_), Direction::Out);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "mover.rewound");
  EXPECT_EQ(RawDatabase(own_).try_run("DELETE FROM journal"), "");  // still whole and open
}

TEST_F(MoverCrash, SaysWhichFileIsMissing) {
  must_move(Direction::Out);
  std::filesystem::rename(own_, folder_ / "elsewhere.db");
  const auto recoveries = recover(shared_, shop_ownership());
  const Error failure = failure_of(recoveries);
  EXPECT_EQ(failure.rule, "mover.own_file_missing");
  EXPECT_THAT(failure.message, HasSubstr("shop.warehouse.db"));
}

TEST_F(MoverCrash, RecoveryPutsOneModuleRightThoughAnotherCannotBe) {
  must_move(Direction::Out);
  RawDatabase(own_).run("UPDATE banyan_gate SET state = 'closed'");
  RawDatabase(shared_).run(
      "INSERT INTO banyan_fence (module, state, location, epoch)"
      " SELECT 'attic', state, 'lost.db', epoch FROM banyan_fence WHERE module = 'warehouse'");

  const auto recoveries = recover(shared_, shop_ownership());
  ASSERT_TRUE(recoveries);
  ASSERT_EQ(recoveries->size(), 2U);
  EXPECT_EQ((*recoveries)[0].module, "attic");
  EXPECT_EQ(failure_of(recoveries).rule, "mover.own_file_missing");
  EXPECT_EQ((*recoveries)[1].module, "warehouse");
  EXPECT_TRUE((*recoveries)[1].changed);
  EXPECT_EQ(RawDatabase(own_).text("SELECT state FROM banyan_gate"), "open");
}

}  // namespace
}  // namespace banyan::mover
