// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/control_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "banyan/test/temporary_folder.hpp"
#include "support/nobody.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::strangler {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Somebody with the sqlite3 shell.
void run_sql(const std::string& file, const std::string& sql) { test::RawSqlite(file).run(sql); }

constexpr const char* kNoTriggers =
    "DROP TRIGGER IF EXISTS switch_log_keeps_lines; DROP TRIGGER IF EXISTS "
    "switch_log_loses_nothing;";

class ControlStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = open();
    ASSERT_TRUE(store_->enlist({"catalog", "warehouse"}));
  }

  std::unique_ptr<ControlStore> open() {
    auto store = ControlStore::open(file_, clock_, ControlStore::Mode::MayCreate);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  Result<std::optional<LogEntry>> set(const std::string& module, std::int64_t hundredths,
                                      const Reason& reason = {"ann@desk", "a try"}) {
    clock_.advance(std::chrono::seconds(1));
    return store_->change(module, reason, [&](const Traffic&) -> Result<Traffic> {
      return Traffic::of(*Percent::of_hundredths(hundredths), Side::Local);
    });
  }

  Result<std::optional<LogEntry>> walk(const std::string& module, const std::string& document,
                                       std::int64_t hundredths) {
    return store_->walk(module, {"ann", "a walk"},
                        [&](const Traffic&, StoredPlan& plan) -> Result<Traffic> {
                          plan.document = document;
                          return Traffic::of(*Percent::of_hundredths(hundredths), Side::Local);
                        });
  }

  void write_four_lines() {
    ASSERT_TRUE(set("catalog", 100));
    ASSERT_TRUE(set("catalog", 1000));
    ASSERT_TRUE(set("warehouse", 500));
    ASSERT_TRUE(set("catalog", 2500));
  }

  std::vector<std::string> problems_after(const std::string& sql, std::string_view head = {}) {
    run_sql(file_, kNoTriggers + sql);
    const auto found = store_->verify(head);
    EXPECT_TRUE(found);
    return found ? found->problems : std::vector<std::string>();
  }

  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("control.db");
  ManualClock clock_;
  std::unique_ptr<ControlStore> store_;
};

TEST_F(ControlStoreTest, BeginsWithEveryModuleAtLegacy) {
  const auto stand = store_->stand();
  ASSERT_TRUE(stand);
  EXPECT_EQ(stand->revision, 0U);
  EXPECT_EQ(stand->head, std::string(64, '0'));
  ASSERT_EQ(stand->rollouts.size(), 2U);
  EXPECT_EQ(stand->find("catalog")->traffic, Traffic{});
  EXPECT_EQ(stand->find("payments"), nullptr);
}

TEST_F(ControlStoreTest, KeepsStagesAndLogOverReopening) {
  write_four_lines();
  store_.reset();
  store_ = open();
  ASSERT_TRUE(store_->enlist({"catalog", "orders"}));

  const auto stand = store_->stand();
  ASSERT_TRUE(stand);
  EXPECT_EQ(stand->revision, 4U);
  EXPECT_EQ(to_string(stand->find("catalog")->traffic), "canary 25%");
  EXPECT_EQ(stand->find("catalog")->revision, 4U);
  EXPECT_EQ(stand->find("warehouse")->revision, 3U);
  EXPECT_EQ(to_string(stand->find("orders")->traffic), "legacy");
}

TEST_F(ControlStoreTest, LogsWhoWhyBeforeAndAfterInAChain) {
  const auto first = set("catalog", 1000, {"ann@desk", "first canary", R"({"errors":0})"});
  const auto second = set("catalog", 2500);
  ASSERT_TRUE(first && *first && second && *second);

  EXPECT_EQ((*first)->seq, 1U);
  EXPECT_EQ((*first)->who, "ann@desk");
  EXPECT_EQ((*first)->why, "first canary");
  EXPECT_EQ((*first)->before, R"({"stage":"legacy","reads":0,"writes":"local"})");
  EXPECT_EQ((*first)->after, R"({"stage":"canary","reads":1000,"writes":"local"})");
  EXPECT_EQ((*first)->evidence, R"({"errors":0})");
  EXPECT_EQ((*first)->previous_hash, std::string(64, '0'));
  EXPECT_EQ((*second)->previous_hash, (*first)->hash);
  EXPECT_EQ((*second)->hash.size(), 64U);

  const auto log = store_->log(10);
  ASSERT_TRUE(log);
  ASSERT_EQ(log->size(), 2U);
  EXPECT_EQ(log->front().seq, 2U);
  EXPECT_EQ(log->back().hash, (*first)->hash);
  EXPECT_EQ(log->back().time, (*first)->time);
}

TEST_F(ControlStoreTest, ShowsTheNewestLinesOfOneModule) {
  write_four_lines();
  const auto log = store_->log(2, "catalog");
  ASSERT_TRUE(log);
  ASSERT_EQ(log->size(), 2U);
  EXPECT_EQ((*log)[0].seq, 4U);
  EXPECT_EQ((*log)[1].seq, 2U);
}

TEST_F(ControlStoreTest, WritesNothingWhenNothingChanges) {
  ASSERT_TRUE(set("catalog", 1000));
  const auto again = set("catalog", 1000);
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
  EXPECT_EQ(store_->stand()->revision, 1U);
}

TEST_F(ControlStoreTest, WritesNothingWhenTheDecisionIsARefusal) {
  const auto refused =
      store_->change("catalog", {"ann", "why"}, [](const Traffic&) -> Result<Traffic> {
        return fail(ErrorCode::FailedPrecondition, "test.refused", "no");
      });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "test.refused");
  EXPECT_EQ(store_->stand()->revision, 0U);
  EXPECT_TRUE(store_->log(10)->empty());
}

TEST_F(ControlStoreTest, RefusesAChangeWithoutWhoOrWhy) {
  const auto neither = set("catalog", 100, {"", "  "});
  ASSERT_FALSE(neither);
  EXPECT_EQ(neither.error().rule, "banyan.author_or_reason_missing");
  EXPECT_THAT(neither.error().details,
              ElementsAre(Detail{"/who", "who is missing"}, Detail{"/why", "why is missing"}));

  const auto escape = set("catalog", 100, {"ann", "red \x1b[31m"});
  ASSERT_FALSE(escape);
  EXPECT_THAT(escape.error().message, HasSubstr("why contains a control character"));
  const auto endless = set("catalog", 100, {std::string(201, 'a'), "why"});
  ASSERT_FALSE(endless);
  EXPECT_THAT(endless.error().message, HasSubstr("who is longer than 200 bytes"));
}

TEST_F(ControlStoreTest, RefusesAnUnknownModuleAndNamesTheNearest) {
  const auto refused = set("catalgo", 100);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
  EXPECT_EQ(refused.error().message, "there is no rollout \"catalgo\". Did you mean \"catalog\"?");
}

TEST_F(ControlStoreTest, CarriesOutChangesAtOnceOneAfterTheOther) {
  constexpr int kThreads = 4, kChanges = 10;
  const auto other = open();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        ControlStore& store = i % 2 == 0 ? *store_ : *other;
        for (int n = 0; n < kChanges; ++n) {
          const auto changed = store.change(
              "catalog", {"thread", "one more"}, [](const Traffic& before) -> Result<Traffic> {
                return Traffic::of(*Percent::of_hundredths(before.reads.hundredths() + 1),
                                   Side::Local);
              });
          EXPECT_TRUE(changed) << changed.error().message;
        }
      });
    }
  }
  const auto stand = store_->stand();
  EXPECT_EQ(stand->find("catalog")->traffic.reads.hundredths(), kThreads * kChanges);
  EXPECT_EQ(stand->revision, static_cast<std::uint64_t>(kThreads * kChanges));
  EXPECT_TRUE(store_->verify()->problems.empty());
}

TEST_F(ControlStoreTest, VerifiesAnUntouchedLog) {
  EXPECT_TRUE(store_->verify()->problems.empty());
  write_four_lines();
  const auto found = store_->verify();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entries, 4U);
  EXPECT_EQ(found->head, store_->stand()->head);
  EXPECT_THAT(found->problems, ElementsAre());
}

TEST_F(ControlStoreTest, KeepsPeopleFromChangingTheLogBySlip) {
  write_four_lines();
  for (const char* change : {"DELETE FROM switch_log", "UPDATE switch_log SET why = ''"}) {
    try {
      run_sql(file_, change);
      ADD_FAILURE() << change;
    } catch (const std::runtime_error& refused) {
      EXPECT_STREQ(refused.what(), "the switch log is only ever appended to");
    }
  }
}

TEST_F(ControlStoreTest, RefusesChangesOnceItsFileWasRenamedRemovedOrReplaced) {
  write_four_lines();
  const std::string kept = file_ + ".kept";
  const auto replace = [&] {
    std::filesystem::copy_file(kept, file_ + ".backup");
    std::filesystem::rename(file_ + ".backup", file_);
  };
  for (const std::string how : {"renamed", "replaced"}) {
    std::filesystem::rename(file_, kept);
    if (how == "replaced") replace();

    const auto refused = set("catalog", 5000);
    ASSERT_FALSE(refused) << how;
    EXPECT_EQ(refused.error().rule, "banyan.control_store_moved");
    EXPECT_THAT(refused.error().message, HasSubstr("restart this process"));
    EXPECT_FALSE(store_->stand());
    EXPECT_FALSE(store_->outside_version());
    EXPECT_FALSE(store_->log(1));

    std::filesystem::rename(kept, file_);
    EXPECT_EQ(store_->stand()->revision, 4U) << "back, and nothing was written meanwhile";
  }
  std::filesystem::remove(file_);
  EXPECT_EQ(set("catalog", 5000).error().rule, "banyan.control_store_moved");
}

TEST_F(ControlStoreTest, OpensAStoreOfTheFirstVersionAndGoesOn) {
  file_ = folder_.file("old.db");
  std::filesystem::copy_file(BANYAN_SOURCE_DIR "/tests/data/stores/control_store_1.db", file_);
  store_ = open();
  EXPECT_EQ(store_->stand()->head,
            "1294b70673f62a4ded5105223f69011326790672e0394083b04b6710d3f321a2");
  EXPECT_THAT(store_->verify()->problems, ElementsAre());
  ASSERT_TRUE(set("catalog", 2500));
  const auto verified =
      open()->verify("a6d10bc2cff189005f5d1fd6d158dc55565b0b3c8f8ee13560c158175efe777a");
  EXPECT_EQ(verified->entries, 6U);
  EXPECT_THAT(verified->problems, ElementsAre());
}

// Version 2 had no plans.
TEST_F(ControlStoreTest, OpensAStoreOfTheSecondVersionAndKeepsPlansInIt) {
  file_ = folder_.file("old.db");
  std::filesystem::copy_file(BANYAN_SOURCE_DIR "/tests/data/stores/control_store_2.db", file_);
  store_ = open();
  const auto before = store_->stand();
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_GT(before->revision, 0U);
  EXPECT_THAT(store_->verify()->problems, ElementsAre());
  EXPECT_TRUE(store_->plans()->empty());
  ASSERT_TRUE(walk("catalog", "a plan", 5000));
  store_ = open();
  EXPECT_EQ(store_->plans()->front().document, "a plan");
  EXPECT_EQ(store_->stand()->revision, before->revision + 1);
  EXPECT_THAT(store_->verify(before->head)->problems, ElementsAre());
}

TEST_F(ControlStoreTest, ChangesPlanAndTrafficTogetherAndCountsThePlansChanges) {
  ASSERT_TRUE(walk("catalog", "first", 100));
  ASSERT_TRUE(walk("catalog", "second", 100));
  const auto same = walk("catalog", "second", 100);
  ASSERT_TRUE(same);
  EXPECT_FALSE(*same);
  const auto plans = store_->plans();
  ASSERT_EQ(plans->size(), 1U);
  EXPECT_EQ(plans->front().module, "catalog");
  EXPECT_EQ(plans->front().document, "second");
  EXPECT_EQ(plans->front().version, 2U) << "what was as it was is no change";
  EXPECT_EQ(store_->stand()->revision, 1U);
  EXPECT_EQ(walk("catalgo", "x", 100).error().rule, "banyan.unknown_rollout");
}

TEST_F(ControlStoreTest, TellsHowAllStoodAfterEachChange) {
  write_four_lines();
  EXPECT_EQ(to_string(store_->stand_at(3)->find("catalog")->traffic), "canary 10%");
  EXPECT_EQ(to_string(store_->stand_at(3)->find("warehouse")->traffic), "canary 5%");
  EXPECT_EQ(to_string(store_->stand_at(2)->find("warehouse")->traffic), "legacy");
  EXPECT_EQ(store_->stand_at(2)->head, store_->log(10)->at(2).hash);
  EXPECT_EQ(store_->stand_at(0)->find("catalog")->traffic, Traffic{});
  EXPECT_EQ(store_->stand_at(5).error().rule, "banyan.unknown_revision");
  EXPECT_THAT(store_->stand_at(5).error().message, HasSubstr("the last is 4"));
}

TEST_F(ControlStoreTest, ChangesSeveralRolloutsInOneTransactionOrNone) {
  const auto both =
      store_->change_all({"ann", "both"}, [](const Stand& now) -> Result<std::vector<Rollout>> {
        std::vector<Rollout> all = now.rollouts;
        for (Rollout& each : all) each.traffic = Traffic::of(Percent::all(), Side::Local);
        return all;
      });
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ(both->at(1).previous_hash, both->at(0).hash);
  EXPECT_THAT(store_->verify()->problems, ElementsAre());
  const auto none = store_->change_all(
      {"ann", "one of nobody"}, [](const Stand& now) -> Result<std::vector<Rollout>> {
        return std::vector<Rollout>{{now.rollouts.front().module, {}, 0}, {"nobody", {}, 0}};
      });
  EXPECT_EQ(none.error().rule, "banyan.unknown_rollout");
  EXPECT_EQ(store_->stand()->revision, 2U) << "not the half of it";
}

TEST_F(ControlStoreTest, RefusesALineOfANewerFormatAndSaysWhatToDo) {
  write_four_lines();
  run_sql(file_,
          "INSERT INTO switch_log SELECT 5, time, module, who, why, before, after, evidence, hash, "
          "'x', 2 FROM switch_log WHERE seq = 4");
  const auto expect_refused = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().rule, "banyan.foreign_control_store");
    EXPECT_THAT(result.error().message, HasSubstr("line 5 of its switch log has format 2"));
    EXPECT_THAT(result.error().message, HasSubstr("Use that version"));
  };
  expect_refused(set("catalog", 5000));
  expect_refused(store_->stand());
  expect_refused(store_->verify());
  expect_refused(store_->log(10));
}

TEST_F(ControlStoreTest, FindsAFormatThatWasChanged) {
  write_four_lines();
  EXPECT_THAT(problems_after("UPDATE switch_log SET format = 0 WHERE seq = 2"),
              ElementsAre(HasSubstr("line 2 was changed")));
}

TEST_F(ControlStoreTest, ComparesTheTrafficOfALogAsAValue) {
  write_four_lines();
  auto entry = store_->log(1)->front();
  entry.before = R"({"writes": "local", "reads": 1000, "mirrored": 5, "stage": "canary"})";
  entry.after = R"({"writes":"local","stage":"canary","reads":2500,"mirrored":7})";
  EXPECT_THAT(problems_after("UPDATE switch_log SET before = '" + entry.before + "', after = '" +
                             entry.after + "', hash = '" + chain_hash(entry) + "' WHERE seq = 4"),
              ElementsAre());
  entry.after = R"({"writes":"local","stage":"canary","reads":2600})";
  EXPECT_THAT(problems_after("UPDATE switch_log SET after = '" + entry.after + "', hash = '" +
                             chain_hash(entry) + "' WHERE seq = 4"),
              ElementsAre(HasSubstr("the stage was changed past the log")));
}

TEST_F(ControlStoreTest, RefusesChangesOnceItsLogHasLostALine) {
  write_four_lines();
  run_sql(file_, std::string(kNoTriggers) + "DELETE FROM switch_log WHERE seq = 4");
  EXPECT_EQ(set("catalog", 5000).error().rule, "banyan.control_store_rewound");
  EXPECT_EQ(store_->stand().error().rule, "banyan.control_store_rewound");
  EXPECT_TRUE(open()->stand()) << "a restart goes by what is there";
}

TEST_F(ControlStoreTest, ShowsItsStagesToWhoMayOnlyReadIt) {
  write_four_lines();
  for (const char* suffix : {"", "-wal", "-shm"}) ::chmod((file_ + suffix).c_str(), 0444);
  ::chmod(std::filesystem::path(file_).parent_path().c_str(), 0755);
  const test::Nobody nobody;
  const auto looking = ControlStore::open(file_, clock_, ControlStore::Mode::MustExist);
  EXPECT_TRUE(looking) << looking.error().message;
  EXPECT_EQ((*looking)->stand()->revision, 4U);
}

TEST_F(ControlStoreTest, FindsAnEditInEveryColumn) {
  for (const char* column : {"time = time + 1", "module = 'warehouse'", "who = 'eve'", "why = 'no'",
                             "before = '{}'", "after = '{}'", "evidence = 'none'",
                             "previous_hash = hash", "hash = previous_hash", "seq = 9"}) {
    const test::TemporaryFolder folder;
    file_ = folder.file("control.db");
    store_ = open();
    ASSERT_TRUE(store_->enlist({"catalog", "warehouse"}));
    write_four_lines();
    EXPECT_FALSE(
        problems_after(std::string("UPDATE switch_log SET ") + column + " WHERE seq = 2").empty())
        << column;
    store_.reset();
  }
}

TEST_F(ControlStoreTest, SaysWhichLineWasEdited) {
  write_four_lines();
  EXPECT_THAT(
      problems_after("UPDATE switch_log SET who = 'eve' WHERE seq = 3"),
      ElementsAre("line 3 was changed after it was written: its hash does not fit (warehouse, "
                  "\"a try\" by eve)"));
}

TEST_F(ControlStoreTest, FindsALineThatWasTakenOut) {
  write_four_lines();
  EXPECT_THAT(
      problems_after("DELETE FROM switch_log WHERE seq = 3"),
      ElementsAre("line 3 is missing",
                  "line 4 does not follow the line before it: a line was changed, taken out or "
                  "put in",
                  "warehouse was last changed in line 3, which the log does not have: its end "
                  "was cut off"));
}

TEST_F(ControlStoreTest, FindsThatTheEndWasCutOff) {
  write_four_lines();
  EXPECT_THAT(
      problems_after("DELETE FROM switch_log WHERE seq = 4"),
      ElementsAre("catalog was last changed in line 4, which the log does not have: its end "
                  "was cut off"));
}

TEST_F(ControlStoreTest, FindsThatTheWholeLogWasCutOff) {
  write_four_lines();
  EXPECT_EQ(problems_after("DELETE FROM switch_log").size(), 2U);
}

TEST_F(ControlStoreTest, FindsAReorderedLog) {
  write_four_lines();
  const auto problems = problems_after(
      "UPDATE switch_log SET seq = -1 WHERE seq = 1; UPDATE switch_log SET seq = 1 WHERE seq = 2;"
      "UPDATE switch_log SET seq = 2 WHERE seq = -1");
  EXPECT_THAT(problems, testing::Contains(HasSubstr("line 1 was changed after it was written")));
  EXPECT_THAT(problems, testing::Contains(HasSubstr("line 2 was changed after it was written")));
}

TEST_F(ControlStoreTest, FindsAStageThatWasChangedPastTheLog) {
  write_four_lines();
  EXPECT_THAT(
      problems_after("UPDATE migrations SET reads = 10000 WHERE module = 'catalog'"),
      ElementsAre(R"(catalog is at {"stage":"canary","reads":10000,"writes":"local"}, but the )"
                  R"(log ends with {"stage":"canary","reads":2500,"writes":"local"}: the stage )"
                  "was changed past the log"));
}

TEST_F(ControlStoreTest, FindsAStageThatWasTakenOutPastTheLog) {
  write_four_lines();
  EXPECT_THAT(
      problems_after("DELETE FROM migrations WHERE module = 'warehouse'"),
      ElementsAre("warehouse has lines in the log (the last is 3), but no stage: it was taken "
                  "out past the log"));
}

// Whoever may write the file can forge it from some line on, hashes and all; a head noted elsewhere
// shows even that.
TEST_F(ControlStoreTest, FindsAForgedEndByAHeadThatWasNoted) {
  write_four_lines();
  const std::string noted = store_->stand()->head;
  run_sql(file_, std::string(kNoTriggers) +
                     "DELETE FROM switch_log WHERE seq = 4;"
                     "UPDATE migrations SET reads = 1000, revision = 2 WHERE module = 'catalog'");

  EXPECT_THAT(store_->verify()->problems, ElementsAre());
  EXPECT_THAT(store_->verify(noted)->problems,
              ElementsAre("the log does not contain " + noted +
                          ", which was its head once: it was cut off or written anew"));
}

TEST(ControlStoreFile, IsNotMadeWhenItMustExist) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  const auto refused = ControlStore::open(file, system_clock(), ControlStore::Mode::MustExist);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
  EXPECT_EQ(refused.error().message,
            "there is no control store " + file +
                ". An application or proxy makes one when it starts; name the file that it uses.");
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(ControlStoreFile, RefusesAFileThatIsNoDatabaseAndLeavesIt) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("notes.txt");
  std::ofstream(file) << "shopping list: albums\n";

  const auto refused = ControlStore::open(file, system_clock());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.foreign_control_store");
  EXPECT_EQ(refused.error().message,
            file +
                " is not a SQLite database. It is left as it is; name another file as the control "
                "store.");
  std::string text;
  std::getline(std::ifstream(file), text);
  EXPECT_EQ(text, "shopping list: albums");
}

TEST(ControlStoreFile, RefusesAFolderAndAFileInAFolderThatIsNotThere) {
  const test::TemporaryFolder folder;
  const auto is_folder = ControlStore::open(folder.file("."), system_clock());
  ASSERT_FALSE(is_folder);
  EXPECT_THAT(is_folder.error().message, HasSubstr("is not a file"));
  const auto nowhere = ControlStore::open(folder.file("no/such/control.db"), system_clock());
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().rule, "banyan.control_store_unavailable");
  EXPECT_THAT(nowhere.error().message,
              HasSubstr("Check that its folder exists, may be written and has room"));
}

TEST(ControlStoreFile, RefusesTheDatabaseOfAnotherApplication) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("shop.db");
  run_sql(file, "CREATE TABLE tracks (id TEXT)");
  const auto refused = ControlStore::open(file, system_clock());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            file +
                " is a SQLite database, but not a control store of Banyan. It is left as it is; "
                "name another file as the control store.");
}

TEST(ControlStoreFile, RefusesANewerVersion) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  ASSERT_TRUE(ControlStore::open(file, system_clock()));
  run_sql(file, "PRAGMA user_version = 7; PRAGMA wal_checkpoint(TRUNCATE)");
  const auto refused = ControlStore::open(file, system_clock());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            file +
                " was written by a newer version of Banyan (its schema has version 7). Use that "
                "version, or name another file as the control store.");
}

TEST(ControlStoreFile, RefusesAStageOfANewerVersion) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  const auto store = ControlStore::open(file, system_clock());
  ASSERT_TRUE(store && (*store)->enlist({"catalog"}));
  run_sql(file, "UPDATE migrations SET stage = 'dual_write'");
  const auto refused = (*store)->stand();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("catalog is at the stage \"dual_write\", unknown here"));
}

TEST(ControlStoreFile, RefusesADamagedFile) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  ASSERT_TRUE(ControlStore::open(file, system_clock()));
  {
    std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(100);
    for (int i = 0; i < 4000; ++i) damage.put('\x55');
  }
  const auto refused = ControlStore::open(file, system_clock());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.corrupt_control_store");
  EXPECT_THAT(refused.error().message, HasSubstr("is damaged ("));
  EXPECT_THAT(refused.error().message, HasSubstr("put the newest copy back"));
}

TEST(ControlStoreFile, RefusesATruncatedFile) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  ASSERT_TRUE(ControlStore::open(file, system_clock()));
  std::filesystem::resize_file(file, 4096);
  const auto refused = ControlStore::open(file, system_clock());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.corrupt_control_store");
}

// See tests/data/first_format.
TEST(ControlStoreOfTheVersionBefore, OpensVerifiesAndGoesOn) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  std::filesystem::copy_file(BANYAN_SOURCE_DIR "/tests/data/first_format/control.db", file);
  auto store = ControlStore::open(file, system_clock());
  ASSERT_TRUE(store) << store.error().message;
  const auto old = (*store)->verify();
  ASSERT_TRUE(old);
  EXPECT_EQ(old->entries, 3U);
  EXPECT_THAT(old->problems, ElementsAre());

  ASSERT_TRUE(
      (*store)->change("catalog", {"ann", "on with it"}, [](const Traffic&) -> Result<Traffic> {
        return Traffic::of(*Percent::of_hundredths(1000), Side::Local);
      }));
  const auto now = (*store)->verify(old->head);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->entries, 4U);
  EXPECT_THAT(now->problems, ElementsAre());
}

}  // namespace
}  // namespace banyan::strangler
