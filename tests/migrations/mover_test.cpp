// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/move.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "banyan/sqlite/connection.hpp"
#include "support/watched_logs.hpp"
#include "warehouse_sample.hpp"

namespace banyan::mover {
namespace {

using ::testing::HasSubstr;
using testing::make_shop;
using testing::RawDatabase;
using testing::TempFolder;
using testing::warehouse_content;
using testing::warehouse_request;

class Mover : public ::testing::Test {
 protected:
  Mover() { make_shop(shared_); }

  MoveOutcome moved(Direction direction, const MoveOptions& options = {}) {
    const Result<MoveOutcome> outcome = move_module(warehouse_request(shared_), direction, options);
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().message);
    return outcome ? *outcome : MoveOutcome{};
  }

  TempFolder folder_;
  std::filesystem::path shared_ = folder_ / "shop.db";
  std::filesystem::path own_ = folder_ / "shop.warehouse.db";
};

TEST_F(Mover, KeepsEveryValueTypeCounterIndexTriggerViewAndHistoryRow) {
  const auto before = warehouse_content(shared_);

  const MoveOutcome outcome = moved(Direction::Out);

  EXPECT_EQ(warehouse_content(own_), before);
  EXPECT_EQ(outcome.epoch, 1);
  EXPECT_EQ(outcome.authoritative, own_);
  EXPECT_EQ(testing::expect_single_authority(shared_), own_);
  RawDatabase own(own_);
  EXPECT_EQ(own.text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(own.number("SELECT count(*) FROM banyan_migrations"), 2);
  EXPECT_EQ(own.text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(own.number("SELECT count(*) FROM sqlite_master WHERE name IN ('tracks', 'orders')"), 0);
}

TEST_F(Mover, TakesFullTextSearchThatKeepsItsRowsOutAndHome) {
  const std::string search = "SELECT group_concat(text) FROM words WHERE words MATCH 'rain*'";
  RawDatabase(shared_).run(
      "CREATE VIRTUAL TABLE words USING fts5(text, n UNINDEXED, prefix = '2');"
      "INSERT INTO words(rowid, text, n) VALUES (7, 'rain again', 1), (9, 'sun', NULL);"
      "DELETE FROM words WHERE rowid = 9; INSERT INTO words VALUES ('Rainy', 2)");
  MoveRequest request = warehouse_request(shared_);
  for (ModuleTables& module : request.ownership.modules) {
    if (module.module == "warehouse") module.tables.emplace_back("words");
  }

  const auto out = move_module(request, Direction::Out);
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(RawDatabase(own_).text(search), "rain again,Rainy");
  RawDatabase(own_).run(
      "INSERT INTO words VALUES ('raining', 3);"
      "INSERT INTO words(words) VALUES ('integrity-check')");
  const auto home = move_module(request, Direction::Back);
  ASSERT_TRUE(home) << home.error().message;
  RawDatabase shared(shared_);
  EXPECT_EQ(shared.text(search), "rain again,Rainy,raining");
  shared.run("INSERT INTO words(words) VALUES ('integrity-check')");
  EXPECT_EQ(shared.number("SELECT max(rowid) FROM words"), 9);
  const auto again = move_module(request, Direction::Out);
  ASSERT_TRUE(again) << again.error().message;
}

TEST_F(Mover, BringsHomeWhatWasChangedOutsideIncludingTheSchema) {
  moved(Direction::Out);
  {
    RawDatabase own(own_);
    own.run(
        "UPDATE stock SET n = 77 WHERE track = 3; DELETE FROM hold WHERE id = 2;"
        "INSERT INTO stock(n) VALUES (1); ALTER TABLE shelf ADD COLUMN colour TEXT;"
        "UPDATE shelf SET colour = 'red' WHERE u = 1;"
        "INSERT INTO banyan_migrations VALUES ('warehouse', '0003_colour.sql', 'dd', 4)");
  }
  const auto outside = warehouse_content(own_);

  const MoveOutcome outcome = moved(Direction::Back);

  EXPECT_EQ(warehouse_content(shared_), outside);
  EXPECT_EQ(outcome.epoch, 2);
  EXPECT_EQ(testing::expect_single_authority(shared_), shared_);
  RawDatabase shared(shared_);
  EXPECT_EQ(shared.text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(shared.number("SELECT count(*) FROM tracks"), 40);
  EXPECT_EQ(shared.number("SELECT count(*) FROM banyan_migrations"), 4);
  EXPECT_EQ(RawDatabase(own_).try_run("DELETE FROM shelf"), "BANYAN_MOVED");
}

TEST_F(Mover, GoesOutBackAndOutAgainWithRisingEpochs) {
  moved(Direction::Out);
  moved(Direction::Back);
  RawDatabase(shared_).run("UPDATE stock SET n = 123 WHERE track = 6");
  const auto home = warehouse_content(shared_);

  const MoveOutcome outcome = moved(Direction::Out);

  EXPECT_EQ(outcome.epoch, 3);
  EXPECT_EQ(warehouse_content(own_), home);
  EXPECT_EQ(testing::expect_single_authority(shared_), own_);
}

// It looks like a way back that was killed before its switch, and is not: rows of two times.
TEST_F(Mover, RefusesASharedFileThatWasRestoredFromBeforeTheWayBack) {
  moved(Direction::Out);
  const auto backup = folder_ / "backup.db";
  RawDatabase(shared_).run("VACUUM INTO '" + backup.string() + "'");
  moved(Direction::Back);
  std::filesystem::remove(shared_.string() + "-wal");
  std::filesystem::remove(shared_.string() + "-shm");
  std::filesystem::rename(backup, shared_);

  const auto recovered = recover(shared_, testing::shop_ownership());

  const Error failure = testing::failure_of(recovered);
  EXPECT_EQ(failure.rule, "mover.rewound");
  EXPECT_THAT(failure.message, HasSubstr("restored from a copy of another time"));
  const auto again = move_module(warehouse_request(shared_), Direction::Back, {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "mover.rewound");
}

TEST_F(Mover, SaysWhenThereIsNothingToDo) {
  EXPECT_TRUE(moved(Direction::Back).already_there);
  moved(Direction::Out);
  const MoveOutcome again = moved(Direction::Out);
  EXPECT_TRUE(again.already_there);
  EXPECT_EQ(again.epoch, 1);
  EXPECT_THAT(to_text(again), HasSubstr("Nothing to move"));
}

TEST_F(Mover, NeverReissuesAnIdThatWasGivenBeforeTheMove) {
  moved(Direction::Out);
  RawDatabase own(own_);
  own.run("INSERT INTO stock(n) VALUES (1)");
  EXPECT_EQ(own.number("SELECT max(track) FROM stock"), 5001);
}

TEST_F(Mover, RefusesLateWritersWhateverTheyTry) {
  moved(Direction::Out);
  RawDatabase shared(shared_);
  shared.run("PRAGMA foreign_keys = ON");
  for (const std::string sql :
       {"INSERT INTO stock(n) VALUES (1)", "INSERT OR IGNORE INTO stock(track, n) VALUES (3, 1)",
        "INSERT OR REPLACE INTO stock(track, n) VALUES (3, 1)",
        "REPLACE INTO shelf VALUES "
        "('a1', 1, NULL, 2)",
        "UPDATE OR IGNORE stock SET n = 0", "UPDATE OR REPLACE hold SET id = 1",
        "INSERT INTO stock(track, n) VALUES (3, 1) ON CONFLICT(track) DO UPDATE SET n = 9",
        "INSERT INTO stock(track, n) VALUES (3, 1) ON CONFLICT DO NOTHING",
        "DELETE FROM stock WHERE track = 3", "DELETE FROM hold",
        "INSERT OR FAIL INTO journal "
        "VALUES ('x')",
        "INSERT INTO \"odd \"\"name\" DEFAULT VALUES"}) {
    EXPECT_EQ(shared.try_run(sql), "BANYAN_MOVED") << sql;
  }
  EXPECT_EQ(shared.number("SELECT count(*) FROM stock WHERE n = 3"), 1);
}

TEST_F(Mover, RefusesACascadeThatReachesAMovedTable) {
  RawDatabase shared(shared_);
  shared.run("CREATE TABLE parent(id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1)");
  moved(Direction::Out);
  // Somebody ties the old copy to another module afterwards.
  shared.run(
      "PRAGMA foreign_keys = ON; PRAGMA writable_schema = ON;"
      "UPDATE sqlite_master SET sql = replace(sql, 'what TEXT', "
      "'what TEXT REFERENCES parent(id) ON DELETE CASCADE') WHERE name = 'journal'");
  RawDatabase late(shared_);
  late.run("PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = ON");
  sqlite3_db_config(late.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  late.run("INSERT INTO journal VALUES ('1')");
  sqlite3_db_config(late.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
  EXPECT_EQ(late.try_run("DELETE FROM parent"), "BANYAN_MOVED");
}

TEST_F(Mover, RefusesAWriterWhoseFenceRowIsMissing) {
  moved(Direction::Out);
  RawDatabase shared(shared_);
  shared.run("DELETE FROM banyan_fence");
  EXPECT_EQ(shared.try_run("DELETE FROM stock"), "BANYAN_MOVED");
}

struct Damage {
  std::string sql;
  std::string found;
};

TEST_F(Mover, FindsASeededDifferenceAndSwitchesNothing) {
  for (const Damage& damage : std::vector<Damage>{
           {"UPDATE stock SET n = n + 1 WHERE track = 9", "column \"n\" is INTEGER 3"},
           {"UPDATE stock SET note = 0.0 WHERE track = 902", "column \"note\" is REAL"},
           {"UPDATE stock SET note = 'a' WHERE track = 901", "column \"note\" is TEXT"},
           {"UPDATE stock SET note = CAST(note AS TEXT) WHERE track = 900", "is BLOB of 3 bytes"},
           {"DELETE FROM shelf WHERE u = 5", "shelf"},
           {"INSERT INTO hold VALUES (999, 3, 'x')", "a row is only in the copy (id=INTEGER 999)"},
           {"DELETE FROM hold WHERE id = 40", "a row is only in the origin (id=INTEGER 40)"},
           {"UPDATE \"odd \"\"name\" SET rowid = 77 WHERE k = 'key'", "odd"},
           {"UPDATE sqlite_sequence SET seq = 1", "AUTOINCREMENT counter"},
           {"DROP INDEX hold_open", "the index hold_open is not the same"},
           {"UPDATE banyan_migrations SET checksum = 'zz'", "banyan_migrations"}}) {
    MoveOptions options;
    options.on_step = [&](Step step, auto, const sqlite::Connection* destination) {
      if (step == Step::Copied) {
        destination->run(damage.sql);
      }
    };
    const auto before = warehouse_content(shared_);

    const auto outcome = move_module(warehouse_request(shared_), Direction::Out, options);

    ASSERT_FALSE(outcome) << damage.sql;
    EXPECT_EQ(outcome.error().rule, "mover.copy_differs");
    EXPECT_THAT(outcome.error().message, HasSubstr(damage.found)) << damage.sql;
    EXPECT_EQ(warehouse_content(shared_), before);
    EXPECT_EQ(testing::expect_single_authority(shared_), shared_);
  }
  moved(Direction::Out);  // the control: without damage it goes through
}

TEST_F(Mover, FindsASeededDifferenceOnTheWayBackToo) {
  moved(Direction::Out);
  MoveOptions options;
  options.on_step = [](Step step, auto, const sqlite::Connection* destination) {
    if (step == Step::Copied) {
      destination->run("UPDATE stock SET n = 0 WHERE track = 9");
    }
  };
  const auto outcome = move_module(warehouse_request(shared_), Direction::Back, options);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "mover.copy_differs");
  EXPECT_EQ(testing::expect_single_authority(shared_), own_);
}

TEST_F(Mover, UndoesAMoveForWhichTheDiskIsTooSmall) {
  MoveOptions options;
  options.on_step = [](Step step, auto, const sqlite::Connection* destination) {
    if (step == Step::Begun) {
      destination->run("PRAGMA max_page_count = 20");
    }
  };
  RawDatabase(shared_).run("UPDATE stock SET note = randomblob(200000) WHERE track = 3");

  const auto out = move_module(warehouse_request(shared_), Direction::Out, options);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().rule, "mover.no_space");
  EXPECT_EQ(testing::expect_single_authority(shared_), shared_);
  EXPECT_FALSE(std::filesystem::exists(own_));

  moved(Direction::Out);
  const std::string pages = RawDatabase(shared_).text("PRAGMA page_count");
  RawDatabase(own_).run("UPDATE stock SET note = randomblob(900000) WHERE track = 6");
  options.on_step = [&](Step step, auto, const sqlite::Connection* destination) {
    if (step == Step::Begun) {
      destination->run("PRAGMA max_page_count = " + pages);
    }
  };
  const auto back = move_module(warehouse_request(shared_), Direction::Back, options);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().rule, "mover.no_space");
  EXPECT_EQ(testing::expect_single_authority(shared_), own_);
}

// A commit beside a checkpoint may lose pages (docs/adr/0018).
TEST_F(Mover, WritesNoLogAndBringsNoneInButInTheTurnOfTheFilesWriters) {
  moved(Direction::Out);
  const test::WatchedLogs logs;
  // Whoever closes a file as the last one has it for itself, and asks nobody.
  RawDatabase shared(shared_);
  RawDatabase own(own_);
  EXPECT_GT(shared.number("SELECT count(*) FROM sqlite_master"), 0);
  EXPECT_GT(own.number("SELECT count(*) FROM sqlite_master"), 0);

  moved(Direction::Back);
  moved(Direction::Out);

  const auto seen = logs.seen();
  EXPECT_GT(seen.writes, 0U);
  EXPECT_THAT(seen.without_lock, ::testing::IsEmpty());
}

struct stat look_at(const std::filesystem::path& file) {
  struct stat found{};
  EXPECT_EQ(::stat(file.c_str(), &found), 0) << file;
  return found;
}

TEST_F(Mover, LeavesFilesThatBelongToTheApplicationAndNotToWhoMovedThem) {
  ::chmod(shared_.c_str(), 0600);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(shared_.c_str(), 4711, 4712), 0);
  }
  const std::string own = own_.string();
  std::vector<std::string> looked_at;
  MoveOptions options;
  options.on_step = [&](Step step, auto, auto) {
    if (step != Step::GateOpened) return;
    for (const std::string& file : {own, own + "-wal", own + "-shm", own + ".lock",
                                    shared_.string() + ".lock", shared_.string() + ".mover.lock"}) {
      if (!std::filesystem::exists(file)) continue;
      looked_at.push_back(file);
      EXPECT_EQ(look_at(file).st_uid, look_at(shared_).st_uid) << file;
      EXPECT_EQ(look_at(file).st_gid, look_at(shared_).st_gid) << file;
      EXPECT_EQ(look_at(file).st_mode & 0777, 0600U) << file;
    }
  };
  const auto outcome = move_module(warehouse_request(shared_), Direction::Out, options);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_GE(looked_at.size(), 4U);
}

TEST_F(Mover, RefusesBeforeItMovesWhenTheApplicationCouldNotOpenWhatLiesThere) {
  ::chmod(shared_.c_str(), 0600);
  std::ofstream(own_.string() + ".lock");
  ::chmod((own_.string() + ".lock").c_str(), 0644);
  const auto plan = plan_move(warehouse_request(shared_), Direction::Out);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->refusals.size(), 1U);
  EXPECT_EQ(plan->refusals[0].where, own_.string() + ".lock");
  EXPECT_THAT(plan->refusals[0].problem, HasSubstr("chown --reference="));
  const auto outcome = move_module(warehouse_request(shared_), Direction::Out);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "mover.refused");
  EXPECT_FALSE(std::filesystem::exists(own_));
}

TEST_F(Mover, RefusesBeforeItMovesWhenItCannotGiveFilesToTheApplication) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs two users";
  ::chmod(shared_.c_str(), 0644);
  ::chmod(shared_.parent_path().c_str(), 0777);
  ASSERT_EQ(::seteuid(4711), 0);
  const auto plan = plan_move(warehouse_request(shared_), Direction::Out);
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_FALSE(plan->refusals.empty());
  EXPECT_THAT(plan->refusals.front().problem, HasSubstr("run this as that user, or as root"));
}

class StepHook : public Mover, public ::testing::WithParamInterface<int> {};

TEST_P(StepHook, ThatThrowsLeavesOneSideAuthoritativeInBothDirections) {
  const auto before = warehouse_content(shared_);
  MoveOptions options;
  options.on_step = [](Step step, auto, auto) {
    if (static_cast<int>(step) == GetParam()) throw std::runtime_error("pulled the plug");
  };
  for (const Direction direction : {Direction::Out, Direction::Back}) {
    const auto outcome = move_module(warehouse_request(shared_), direction, options);
    const bool switched = GetParam() >= static_cast<int>(Step::Switched);
    EXPECT_EQ(outcome.has_value(), switched);
    EXPECT_EQ(testing::expect_single_authority(shared_) == own_,
              switched == (direction == Direction::Out));
    moved(direction);
    EXPECT_EQ(warehouse_content(testing::expect_single_authority(shared_)), before);
  }
}
INSTANTIATE_TEST_SUITE_P(Steps, StepHook, ::testing::Range(1, 11));

TEST_F(Mover, PlansWithoutTouchingAnything) {
  const auto plan = plan_move(warehouse_request(shared_), Direction::Out);
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->refusals, ::testing::IsEmpty());
  EXPECT_EQ(plan->tables.size(), 5U);
  EXPECT_EQ(plan->companion_rows, 2);
  EXPECT_THAT(plan->views, ::testing::ElementsAre("low_stock"));
  EXPECT_THAT(plan->sequences, ::testing::ElementsAre("stock"));
  EXPECT_THAT(to_text(*plan), HasSubstr("epoch 0 to 1"));
  EXPECT_THAT(to_text(*plan), HasSubstr("Nothing stands in the way"));
  EXPECT_FALSE(std::filesystem::exists(own_));
}

TEST_F(Mover, AnnouncesTheRowsOfTheKitsTablesThatItCopiesToo) {
  const auto bare = plan_move(warehouse_request(shared_), Direction::Out);
  ASSERT_TRUE(bare) << bare.error().message;
  constexpr std::int64_t kEvents = 20'000;
  constexpr std::int64_t kLength = 100;
  RawDatabase(shared_).run(
      "CREATE TABLE banyan_outbox(module TEXT, position INTEGER, body BLOB,"
      " PRIMARY KEY(module, position));"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
      " INSERT INTO banyan_outbox SELECT 'warehouse', i, randomblob(100) FROM n;"
      "INSERT INTO banyan_outbox SELECT 'orders', position, zeroblob(400) FROM banyan_outbox");

  const auto plan = plan_move(warehouse_request(shared_), Direction::Out);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->companion_rows, bare->companion_rows + kEvents);
  EXPECT_EQ(plan->pause.rows, bare->pause.rows + kEvents);
  EXPECT_GT(plan->bytes, bare->bytes + kEvents * kLength) << "the rows themselves";
  EXPECT_LT(plan->bytes, bare->bytes + kEvents * kLength * 4) << "the longer ones are of orders";

  MoveOptions options;
  std::int64_t announced = 0;
  options.on_begin = [&](const MovePlan& begun) { announced = begun.pause.rows; };
  for (const Direction direction : {Direction::Out, Direction::Back}) {
    EXPECT_EQ(moved(direction, options).rows, announced);
  }
}

TEST_F(Mover, TakesAlongWhichScriptsAnOlderProgramCanLiveWith) {
  RawDatabase(shared_).run(
      "CREATE TABLE banyan_expansions(module TEXT, name TEXT, checksum TEXT,"
      " PRIMARY KEY(module, name));"
      "INSERT INTO banyan_expansions VALUES ('warehouse', '0002_more.sql', 'cc'),"
      " ('catalog', '0001_create.sql', 'bb')");
  const std::string of_warehouse =
      "SELECT count(*) FROM banyan_expansions WHERE module = 'warehouse'";
  moved(Direction::Out);
  EXPECT_EQ(RawDatabase(own_).number("SELECT count(*) FROM banyan_expansions"), 1);
  RawDatabase(shared_).run("DELETE FROM banyan_expansions WHERE module = 'warehouse'");
  moved(Direction::Back);
  EXPECT_EQ(RawDatabase(shared_).number(of_warehouse), 1);
}

TEST_F(Mover, ReportsProgressThroughAllPhases) {
  std::vector<std::string> phases;
  std::int64_t total = 0;
  MoveOptions options;
  options.on_progress = [&](const Progress& progress) {
    phases.emplace_back(to_string(progress.phase));
    total = std::max(total, progress.rows_total);
  };
  const MoveOutcome outcome = moved(Direction::Out, options);
  EXPECT_THAT(phases, ::testing::ElementsAre("waiting for writers", "copying", "indexing",
                                             "verifying", "switching"));
  EXPECT_EQ(total, outcome.rows);
}

TEST_F(Mover, KeepsUtf16TextAndPageSize) {
  const auto file = folder_ / "wide.db";
  {
    RawDatabase db(file);
    db.run("PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 8192; CREATE TABLE wide(x)");
  }
  make_shop(file);
  ASSERT_EQ(RawDatabase(file).text("PRAGMA encoding"), "UTF-16le");
  const auto before = warehouse_content(file);
  const auto outcome = move_module(warehouse_request(file), Direction::Out);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(warehouse_content(outcome->authoritative), before);
  EXPECT_EQ(RawDatabase(outcome->authoritative).text("PRAGMA encoding"),
            RawDatabase(file).text("PRAGMA encoding"));
}

TEST_F(Mover, Carries_text_that_begins_with_a_byte_order_mark) {
  const auto file = folder_ / "wide.db";
  {
    RawDatabase db(file);
    db.run("PRAGMA encoding = 'UTF-16le'; CREATE TABLE wide(x)");
  }
  make_shop(file, 2);
  RawDatabase(file).run(
      "INSERT INTO journal VALUES (char(65279) || 'x'), (char(65279)), (CAST(x'feff7900' AS "
      "TEXT)), (CAST(x'fffefffe00d8' AS TEXT));"
      "INSERT INTO shelf VALUES (char(65279) || 'k', 1, NULL, 77)");
  const auto before = warehouse_content(file);
  for (const Direction direction : {Direction::Out, Direction::Back}) {
    const auto outcome = move_module(warehouse_request(file), direction);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(warehouse_content(outcome->authoritative), before);
  }
}

TEST_F(Mover, Carries_an_AUTOINCREMENT_counter_that_was_reset) {
  for (const std::string reset : {"DELETE FROM sqlite_sequence WHERE name = 'stock'",
                                  "UPDATE sqlite_sequence SET seq = NULL WHERE name = 'stock'",
                                  "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'stock'"}) {
    RawDatabase(shared_).run(reset);
    const auto before = warehouse_content(shared_);
    moved(Direction::Out);
    EXPECT_EQ(warehouse_content(own_), before) << reset;
    moved(Direction::Back);
    EXPECT_EQ(warehouse_content(shared_), before) << reset;
  }
}

TEST_F(Mover, WorksOnARollbackJournalToo) {
  RawDatabase(shared_).run("PRAGMA journal_mode = DELETE");
  const auto before = warehouse_content(shared_);
  moved(Direction::Out);
  EXPECT_EQ(RawDatabase(own_).text("PRAGMA journal_mode"), "delete");
  moved(Direction::Back);
  EXPECT_EQ(warehouse_content(shared_), before);
  EXPECT_EQ(RawDatabase(shared_).text("PRAGMA journal_mode"), "delete");
}

TEST_F(Mover, RecoverPutsBackTriggersThatAMigrationLost) {
  moved(Direction::Out);
  RawDatabase(own_).run("DROP TRIGGER banyan_gate_stock_insert; CREATE TABLE extra(x)");
  RawDatabase(shared_).run("DROP TRIGGER banyan_fence_stock_delete");

  const auto recoveries = recover(shared_, testing::shop_ownership());

  ASSERT_TRUE(recoveries) << recoveries.error().message;
  ASSERT_EQ(recoveries->size(), 1U);
  EXPECT_TRUE(recoveries->front().changed);
  EXPECT_EQ(RawDatabase(own_).number("SELECT count(*) FROM sqlite_master WHERE name LIKE "
                                     "'banyan_gate_extra%'"),
            3);
  EXPECT_EQ(RawDatabase(shared_).try_run("DELETE FROM stock"), "BANYAN_MOVED");
  EXPECT_FALSE(recover(shared_, testing::shop_ownership())->front().changed);
}

}  // namespace
}  // namespace banyan::mover
