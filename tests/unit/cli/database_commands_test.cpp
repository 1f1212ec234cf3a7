// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "banyan_process.hpp"
#include "manifest/manifest.hpp"
#include "support/raw_sqlite.hpp"
#include "unit/strangler/temporary_folder.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A shared database with a foreign key that crosses, and the script that takes it away.
class DatabaseCommands : public testing::Test {
 protected:
  void SetUp() override {
    test::RawSqlite(file_).run(
        "PRAGMA journal_mode = WAL;"
        "CREATE TABLE tracks (id TEXT PRIMARY KEY);"
        "CREATE TABLE stock (track TEXT PRIMARY KEY REFERENCES tracks(id), n INTEGER);"
        "INSERT INTO tracks VALUES ('trk_1'), ('trk_2');"
        "INSERT INTO stock VALUES ('trk_1', 5), ('trk_2', 7)");
    ASSERT_EQ(banyan({"schema", "adopt"}).exit_code, 0);
    manifest::Manifest manifest;
    manifest.application = "shop";
    manifest.version = "1";
    manifest.modules = {
        {"catalog", {}, {"tracks"}, {}},
        {"warehouse",
         {"catalog"},
         {"stock", "stock_log"},
         {{"0001_index.sql", "CREATE INDEX stock_n ON stock (n);\n"},
          {"separation/0001_soft_references.sql",
           "-- banyan: rebuild\nCREATE TABLE stock_new (track TEXT PRIMARY KEY, n INTEGER);\n"
           "INSERT INTO stock_new SELECT track, n FROM stock;\nDROP TABLE stock;\n"
           "ALTER TABLE stock_new RENAME TO stock;\nCREATE TABLE stock_log (line TEXT);\n"}}}};
    const auto written = manifest::write(file_, manifest);
    ASSERT_TRUE(written) << written.error().message;
  }

  Outcome banyan(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--database", file_});
    return run_banyan(arguments);
  }

  TemporaryFolder folder_;
  std::string file_ = folder_.file("shop.db");
};

TEST_F(DatabaseCommands, MigrateAppliesAlsoWhatBelongsToNoModule) {
  auto manifest = *manifest::read(file_);
  manifest.shared_tables = {{"activity", {"catalog", "warehouse"}}};
  manifest.shared_scripts = {{{"0001_activity.sql", "CREATE TABLE activity (module TEXT);"}}};
  ASSERT_TRUE(manifest::write(file_, manifest));
  const Outcome applied = banyan({"migrate"});
  EXPECT_EQ(applied.out, "applied shared/0001_activity.sql\napplied warehouse/0001_index.sql\n");
  EXPECT_EQ(test::RawSqlite(file_).run("SELECT count(*) FROM activity"), "0");
}

TEST_F(DatabaseCommands, MigrateSaysThatAnOlderManifestDoesNotKnowTheSharedScripts) {
  auto manifest = *manifest::read(file_);
  manifest.shared_tables = {{"activity", {"catalog", "warehouse"}}};
  ASSERT_TRUE(manifest::write(file_, manifest));
  const Outcome applied = banyan({"migrate"});
  EXPECT_EQ(applied.out, "applied warehouse/0001_index.sql\n");
  EXPECT_THAT(applied.err, HasSubstr("start the application once"));
}

TEST_F(DatabaseCommands, AdoptMarksOnceAndLeavesTheDatabaseOfAnotherProgramAlone) {
  EXPECT_THAT(banyan({"schema", "adopt"}).out, HasSubstr("already"));
  EXPECT_EQ(json::parse(banyan({"schema", "adopt", "--json"}).out)["adopted"], false);

  test::RawSqlite(file_).run("PRAGMA application_id = 7");
  const Outcome refused = banyan({"schema", "adopt"});
  EXPECT_EQ(refused.exit_code, 1) << refused.out;
  EXPECT_THAT(refused.err, HasSubstr("application_id 7"));
  EXPECT_EQ(test::RawSqlite(file_).run("PRAGMA application_id"), "7");
}

TEST_F(DatabaseCommands, AnUnmarkedDatabaseIsLeftAloneAndToldHowToBeAdopted) {
  test::RawSqlite(file_).run("PRAGMA application_id = 0");
  const Outcome refused = banyan({"migrate"});
  EXPECT_EQ(refused.exit_code, 1) << refused.out;
  EXPECT_THAT(refused.err, HasSubstr("banyan schema adopt"));
  EXPECT_EQ(test::RawSqlite(file_).run("SELECT count(*) FROM sqlite_master"), "4");
}

TEST_F(DatabaseCommands, ReportWhatCrosses) {
  const Outcome report = banyan({"schema", "report"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("stock.track -> tracks.id"));
  EXPECT_THAT(report.out, HasSubstr("comes with `banyan schema decouple warehouse`"));
  EXPECT_THAT(report.out, testing::Not(HasSubstr("MISSING")));
  EXPECT_TRUE(json::parse(banyan({"schema", "report", "--json"}).out).is_object());
}

TEST_F(DatabaseCommands, RefuseToMoveWhileSomethingCrosses) {
  const Outcome plan = banyan({"schema", "move", "warehouse", "--dry-run"});
  EXPECT_EQ(plan.exit_code, 1) << plan.out << plan.err;
  const Outcome refused = banyan({"schema", "move", "warehouse"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("stock.track -> tracks.id"));
  EXPECT_THAT(refused.err, HasSubstr("it comes with `banyan schema decouple warehouse`"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("shop.warehouse.db")));
}

TEST_F(DatabaseCommands, DecoupleMoveOutAndBack) {
  const Outcome pending = banyan({"schema", "decouple", "warehouse", "--dry-run"});
  EXPECT_EQ(pending.out, "would apply warehouse/separation/0001_soft_references.sql\n");
  const Outcome decoupled = banyan({"schema", "decouple", "warehouse"});
  EXPECT_EQ(decoupled.exit_code, 0) << decoupled.err;
  EXPECT_EQ(decoupled.out, "applied warehouse/separation/0001_soft_references.sql\n");

  const Outcome moved = banyan({"schema", "move", "warehouse", "--json"});
  EXPECT_EQ(moved.exit_code, 0) << moved.err << moved.out;
  EXPECT_EQ(json::parse(moved.out)["rows"], 2 + 1) << moved.out;  // and the line of its history
  EXPECT_EQ(json::parse(moved.out)["authoritative"], folder_.file("shop.warehouse.db"));

  const Outcome back = banyan({"schema", "move", "warehouse", "--back", "--json"});
  EXPECT_EQ(back.exit_code, 0) << back.err << back.out;
  EXPECT_EQ(json::parse(back.out)["authoritative"], file_);
}

TEST_F(DatabaseCommands, MigrateAfterADryRun) {
  EXPECT_EQ(banyan({"migrate", "--dry-run"}).out, "would apply warehouse/0001_index.sql\n");
  EXPECT_EQ(banyan({"migrate"}).out, "applied warehouse/0001_index.sql\n");
  EXPECT_EQ(banyan({"migrate"}).out, "nothing to apply\n");
  EXPECT_EQ(json::parse(banyan({"migrate", "--json"}).out)["scripts"], json::array());
}

TEST_F(DatabaseCommands, NameTheNearestModule) {
  const Outcome outcome = banyan({"schema", "move", "warehose"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("Did you mean \"warehouse\"?"));
}

TEST_F(DatabaseCommands, SayHowToMakeAMissingManifest) {
  std::filesystem::remove(manifest::manifest_file(file_));
  const Outcome outcome = banyan({"schema", "report"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("manifest"));
}

}  // namespace
}  // namespace banyan::test
