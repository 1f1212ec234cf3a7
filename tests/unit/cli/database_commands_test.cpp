// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "banyan/manifest/manifest.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"
#include "support/raw_sqlite.hpp"

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

// A mark that stayed would make each event of its key wait for ever for those that it has missed.
TEST_F(DatabaseCommands, EventsForgetRemovesTheLaneAndHowFarItsFollowerGot) {
  ASSERT_EQ(banyan({"events", "list"}).exit_code, 0);  // makes the kit's tables
  RawSqlite(file_).run(
      "INSERT INTO banyan_lane VALUES ('catalog', 'warehouse', 0, 3, 1, '', '', 0);"
      "INSERT INTO banyan_inbox VALUES ('warehouse', 'catalog', 'trk_1', 3),"
      " ('warehouse', 'catalog', 'trk_2', 1), ('warehouse', 'orders', 'ord_1', 5)");
  const std::vector<std::string> forget = {"events",    "forget", "catalog",
                                           "warehouse", "--why",  "test"};
  const auto done = banyan(forget);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("of 2 keys"));
  EXPECT_EQ(RawSqlite(file_).run("SELECT count(*) FROM banyan_lane"), "0");
  EXPECT_EQ(RawSqlite(file_).run("SELECT source FROM banyan_inbox"), "orders");
  EXPECT_NE(banyan(forget).exit_code, 0) << "nothing of the kind is there";
}

TEST_F(DatabaseCommands, EventsThatAreNotHeldAreNamed) {
  const Outcome key = banyan({"events", "skip", "catalog", "warehouse", "trk_7", "--why", "x"});
  EXPECT_EQ(key.exit_code, 69);
  EXPECT_THAT(key.err, HasSubstr("the key trk_7 is not held on the way from catalog to warehouse"));
  const Outcome all = banyan({"events", "replay", "catalog", "warehouse", "--why", "x"});
  EXPECT_EQ(all.exit_code, 69);
  EXPECT_THAT(all.err, HasSubstr("no key is held on the way from catalog to warehouse"));
  const Outcome lane = banyan({"events", "forget", "catalog", "warehouse", "--why", "x"});
  EXPECT_EQ(lane.exit_code, 69);
  EXPECT_THAT(lane.err, HasSubstr("catalog has no lane to warehouse"));
}

TEST_F(DatabaseCommands, EventsForgetGoesOnWithTheMarksWhereItWasBrokenOff) {
  const std::string theirs = folder_.file("theirs.db");
  ASSERT_EQ(banyan({"events", "list"}).exit_code, 0);
  std::filesystem::copy_file(file_, theirs);
  RawSqlite(theirs).run("INSERT INTO banyan_inbox VALUES ('warehouse', 'catalog', 'trk_1', 3)");
  std::vector<std::string> forget = {
      "events", "forget", "catalog", "warehouse", "--why", "test", "--follower-database"};
  forget.push_back(folder_.file("nowhere.db"));
  EXPECT_THAT(banyan(forget).err, HasSubstr("nowhere.db"));
  forget.back() = theirs;
  const auto done = banyan(forget);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(RawSqlite(theirs).run("SELECT count(*) FROM banyan_inbox"), "0");
}

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

TEST_F(DatabaseCommands, AdviseToApplyAScriptThatIsWrittenAndElseToWriteOne) {
  EXPECT_THAT(banyan({"schema", "report"}).out,
              HasSubstr("next: run `banyan schema decouple warehouse`: "
                        "warehouse/separation/0001_soft_references.sql does it"));

  auto manifest = *manifest::read(file_);
  for (auto& module : manifest.modules) {
    std::erase_if(module.scripts, [](const auto& each) { return each.name.contains('/'); });
  }
  ASSERT_TRUE(manifest::write(file_, manifest));
  EXPECT_THAT(banyan({"schema", "report"}).out, HasSubstr("rebuild stock without this REFERENCES"));
}

TEST_F(DatabaseCommands, TellAsADocumentAlsoOfAFolderWhoseNameIsNotUtf8) {
  const std::filesystem::path old_world = folder_.path() / "caf\xE9";
  std::vector<std::filesystem::path> files;
  for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
    files.push_back(each.path());
  }
  std::filesystem::create_directory(old_world);
  for (const auto& each : files) std::filesystem::rename(each, old_world / each.filename());
  const Outcome plan = run_banyan({"schema", "move", "warehouse", "--dry-run", "--json",
                                   "--database", (old_world / "shop.db").string()});
  EXPECT_EQ(plan.exit_code, 1) << "something crosses: " << plan.err;
  const json document = json::parse(plan.out, nullptr, false);
  ASSERT_TRUE(document.is_object()) << plan.out << plan.err;
  EXPECT_EQ(document["module"], "warehouse");
}

TEST_F(DatabaseCommands, RefuseToMoveWhileSomethingCrosses) {
  const Outcome plan = banyan({"schema", "move", "warehouse", "--dry-run"});
  EXPECT_EQ(plan.exit_code, 1) << plan.out << plan.err;
  const Outcome refused = banyan({"schema", "move", "warehouse"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("stock.track -> tracks.id"));
  EXPECT_THAT(refused.err, HasSubstr("it comes with `banyan schema decouple warehouse`"));
  // Found by an operator: it said to write what is written.
  EXPECT_THAT(refused.err, HasSubstr("warehouse/separation/0001_soft_references.sql does it"));
  EXPECT_THAT(refused.err, testing::Not(HasSubstr("make it a soft reference")));
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

class ViolatingStatements : public DatabaseCommands {
 protected:
  void SetUp() override {
    DatabaseCommands::SetUp();
    ran("SELECT id FROM tracks WHERE id = ?1", Timestamp{1'000'000});
  }

  // As the application's diary does.
  void ran(const std::string& sql, Timestamp at) {
    const auto written = manifest::update(file_, [&](std::optional<manifest::Manifest> known) {
      manifest::Manifest seen;
      seen.statements.push_back({"warehouse", sql, at});
      manifest::merge(*known, seen);
      return known;
    });
    ASSERT_TRUE(written && *written);
  }

  std::string report() const { return banyan({"schema", "report"}).out; }
};

TEST_F(ViolatingStatements, Stay_in_the_report_when_separation_scripts_are_applied) {
  EXPECT_THAT(report(), HasSubstr("SELECT id FROM tracks"));
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  EXPECT_THAT(report(), HasSubstr("SELECT id FROM tracks"));
  EXPECT_THAT(report(), HasSubstr("banyan schema dismiss warehouse"));
  const Outcome refused = banyan({"schema", "move", "warehouse"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("SELECT id FROM tracks"));
}

TEST_F(ViolatingStatements, Go_when_they_are_dismissed_and_come_back_when_they_run_again) {
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  const Outcome tried = banyan({"schema", "dismiss", "warehouse", "--dry-run"});
  EXPECT_EQ(tried.exit_code, 0) << tried.err;
  EXPECT_THAT(report(), HasSubstr("SELECT id FROM tracks"));

  const Outcome dismissed = banyan({"schema", "dismiss", "warehouse"});
  EXPECT_EQ(dismissed.exit_code, 0) << dismissed.err;
  EXPECT_THAT(dismissed.out, HasSubstr("SELECT id FROM tracks"));
  EXPECT_THAT(report(), testing::Not(HasSubstr("SELECT id FROM tracks")));
  EXPECT_EQ(banyan({"schema", "move", "warehouse", "--dry-run"}).exit_code, 0);

  ran("SELECT id FROM tracks WHERE id = ?1", system_clock().now());
  EXPECT_THAT(report(), HasSubstr("SELECT id FROM tracks"));
}

TEST_F(ViolatingStatements,
       Of_which_the_application_tells_after_they_were_dismissed_stay_dismissed) {
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  const Timestamp before_the_dismissal = system_clock().now();
  ASSERT_EQ(banyan({"schema", "dismiss", "warehouse"}).exit_code, 0);

  ran("SELECT max(id) FROM tracks", before_the_dismissal);
  EXPECT_EQ(banyan({"schema", "move", "warehouse", "--dry-run"}).exit_code, 0);

  ran("SELECT max(id) FROM tracks", Timestamp{before_the_dismissal.micros + 3'600'000'000});
  EXPECT_THAT(report(), HasSubstr("SELECT max(id) FROM tracks"));
}

TEST_F(ViolatingStatements, That_ran_since_the_last_script_are_dismissed_by_name_only) {
  const auto later = Timestamp{system_clock().now().micros + 3'600'000'000};
  ran("SELECT count(*) FROM tracks", later);
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);

  const Outcome kept = banyan({"schema", "dismiss", "warehouse", "--json"});
  EXPECT_EQ(kept.exit_code, 1) << kept.out;
  const json told = json::parse(kept.out);
  ASSERT_EQ(told["dismissed"].size(), 1U) << kept.out;
  ASSERT_EQ(told["kept"].size(), 1U) << kept.out;
  EXPECT_THAT(report(), HasSubstr("SELECT count(*) FROM tracks"));

  const Outcome unknown = banyan({"schema", "dismiss", "warehouse", "--statement", "00000000"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr(told["kept"][0]["id"].get<std::string>()));
}

TEST_F(ViolatingStatements, Before_any_script_are_dismissed_by_name_only) {
  const Outcome kept = banyan({"schema", "dismiss", "warehouse", "--json"});
  EXPECT_EQ(kept.exit_code, 1) << kept.out;
  const std::string id = json::parse(kept.out)["kept"][0]["id"];
  const Outcome dismissed = banyan({"schema", "dismiss", "warehouse", "--statement", id});
  EXPECT_EQ(dismissed.exit_code, 0) << dismissed.err;
  EXPECT_THAT(report(), testing::Not(HasSubstr("SELECT id FROM tracks")));
}

TEST_F(ViolatingStatements, For_which_there_is_no_room_any_more_are_not_passed_over_in_silence) {
  const auto written = manifest::update(file_, [](std::optional<manifest::Manifest> known) {
    known->left_out = {{"warehouse", true, Timestamp{1'000'000}}, {"catalog", false, {}}};
    return known;
  });
  ASSERT_TRUE(written);
  EXPECT_THAT(report(), HasSubstr("more statements of warehouse: it has run more different ones"));
  EXPECT_THAT(report(), HasSubstr("and some may cross modules. Give values as parameters"));
  EXPECT_THAT(report(), HasSubstr("and none crossed modules"));
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  EXPECT_THAT(banyan({"schema", "move", "warehouse", "--dry-run"}).out,
              HasSubstr("more statements of warehouse"));
}

TEST_F(ViolatingStatements, In_a_manifest_that_is_damaged_are_not_written_over) {
  const auto file = manifest::manifest_file(file_);
  std::ofstream(file) << "{";
  const Outcome refused = banyan({"schema", "report"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("puts it aside"));
  EXPECT_EQ(std::filesystem::file_size(file), 1U);
  // As the application's start does.
  ASSERT_TRUE(manifest::update(
      file_, [](const auto&) { return std::optional(manifest::Manifest{.application = "shop"}); },
      [](const auto&, const auto&) {}));
  EXPECT_THAT(report(), HasSubstr("statements in " + file.string() + ".damaged"));
  std::filesystem::remove(file.string() + ".damaged");
  EXPECT_THAT(report(), testing::Not(HasSubstr("damaged")));
}

TEST_F(DatabaseCommands, Announce_the_pause_before_it_begins_and_in_the_dry_run) {
  for (const bool dry_run : {true, false}) {
    std::vector<std::string> decouple = {"schema", "decouple", "warehouse"};
    if (dry_run) decouple.emplace_back("--dry-run");
    const Outcome decoupled = banyan(decouple);
    EXPECT_THAT(decoupled.err, HasSubstr("2 rows: writers are expected to wait"));
  }
  const Outcome migrated = banyan({"migrate", "--dry-run", "--json"});
  EXPECT_EQ(json::parse(migrated.out)["rows"], 2) << migrated.out;
  EXPECT_TRUE(json::parse(migrated.out).contains("expected_pause_ms"));
  // Two of the module's table, and the line of its history, which is copied as well.
  const Outcome planned = banyan({"schema", "move", "warehouse", "--dry-run"});
  EXPECT_THAT(planned.out, HasSubstr("3 rows: writers are expected to wait"));
  const json told = json::parse(banyan({"schema", "move", "warehouse", "--dry-run", "--json"}).out);
  EXPECT_EQ(told["rows"], 3) << told;
  EXPECT_EQ(told["companion_rows"], 1) << told;
  const Outcome moved = banyan({"schema", "move", "warehouse"});
  EXPECT_THAT(moved.err, HasSubstr("3 rows: writers are expected to wait"));
}

TEST_F(DatabaseCommands, Name_a_row_in_JSON_whatever_its_key_is_made_of) {
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  const std::string key = std::string(39, 'a') + "\u00fc\u00fc";
  test::RawSqlite(file_).run(
      "DROP TABLE stock; PRAGMA ignore_check_constraints = ON;"
      "CREATE TABLE stock (track TEXT PRIMARY KEY, n INTEGER CHECK (n < 5));"
      "INSERT INTO stock VALUES ('" +
      key + "', 7)");
  const Outcome planned = banyan({"schema", "move", "warehouse", "--dry-run", "--json"});
  EXPECT_EQ(planned.exit_code, 1) << planned.err;
  const std::string problem = json::parse(planned.out)["refusals"][0]["problem"];
  EXPECT_THAT(problem, HasSubstr("'" + std::string(39, 'a') + "' (43 bytes)")) << "a whole letter";
}

TEST_F(DatabaseCommands, Answer_in_JSON_also_where_a_folders_name_is_no_UTF_8) {
  const std::filesystem::path folder = folder_.file("caf\xe9");
  std::filesystem::create_directory(folder);
  for (const char* name : {"shop.db", "shop.db.manifest.json"}) {
    std::filesystem::copy_file(folder_.file(name), folder / name);
  }
  const std::string file = (folder / "shop.db").string();
  ASSERT_EQ(run_banyan({"schema", "decouple", "warehouse", "--database", file}).exit_code, 0);
  const Outcome moved = run_banyan({"schema", "move", "warehouse", "--json", "--database", file});
  EXPECT_EQ(moved.exit_code, 0) << moved.err;
  EXPECT_TRUE(json::accept(moved.out)) << moved.out;
  EXPECT_TRUE(std::filesystem::exists(folder / "shop.warehouse.db"));
}

TEST_F(DatabaseCommands, Leave_the_journal_mode_as_it_is) {
  test::RawSqlite(file_).run("PRAGMA journal_mode = DELETE");
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  ASSERT_EQ(banyan({"migrate"}).exit_code, 0);
  EXPECT_EQ(test::RawSqlite(file_).run("PRAGMA journal_mode"), "delete");
  ASSERT_EQ(banyan({"schema", "move", "warehouse"}).exit_code, 0);
  EXPECT_EQ(test::RawSqlite(folder_.file("shop.warehouse.db")).run("PRAGMA journal_mode"),
            "delete");
}

TEST_F(DatabaseCommands, Wait_as_long_as_they_are_told_and_name_the_file_that_is_held) {
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  ASSERT_EQ(banyan({"schema", "move", "warehouse"}).exit_code, 0);
  const std::string own = folder_.file("shop.warehouse.db");
  test::RawSqlite holder(own);
  holder.run("BEGIN IMMEDIATE");
  const Outcome moved = banyan({"schema", "move", "warehouse", "--back", "--wait", "0"});
  EXPECT_NE(moved.exit_code, 0);
  EXPECT_THAT(moved.err, HasSubstr(own));
  EXPECT_THAT(moved.err, HasSubstr("shop.warehouse.db is authoritative"));
  const Outcome migrated = banyan({"migrate", "--wait", "0"});
  EXPECT_EQ(migrated.exit_code, 69) << migrated.out;
  EXPECT_THAT(migrated.err, HasSubstr(own));
}

TEST_F(DatabaseCommands, Say_what_to_do_instead_about_a_PostgreSQL_database) {
  for (const std::vector<std::string>& verb :
       std::vector<std::vector<std::string>>{{"schema", "adopt"},
                                             {"schema", "report"},
                                             {"schema", "decouple", "warehouse"},
                                             {"schema", "dismiss", "warehouse"},
                                             {"schema", "move", "warehouse"},
                                             {"schema", "move", "warehouse", "--back", "--dry-run"},
                                             {"migrate"}}) {
    auto words = verb;
    words.insert(words.end(), {"--database", "postgresql://ann:secret@db.example/shop"});
    const Outcome refused = run_banyan(words);
    EXPECT_EQ(refused.exit_code, 1) << verb.back();
    EXPECT_THAT(refused.err, HasSubstr("PostgreSQL")) << verb.back();
    EXPECT_THAT(refused.err, HasSubstr("docs/how-to/run-on-postgresql.md")) << verb.back();
    EXPECT_THAT(refused.err, testing::Not(HasSubstr("secret")));
  }
}

TEST_F(DatabaseCommands, Explain_waiting_and_exit_codes_in_their_help) {
  for (const std::string verb : {"decouple", "move"}) {
    EXPECT_THAT(run_banyan({"schema", verb, "--help"}).out, HasSubstr("--wait"));
  }
  EXPECT_THAT(run_banyan({"schema", "move", "--help"}).out, HasSubstr("75 "));
  EXPECT_THAT(run_banyan({"--help"}).out, HasSubstr("75 "));
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
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("manifest"));
}

// Found by an operator: they were told to start the application with it.
TEST_F(DatabaseCommands, SayWhatADatabaseIsThatIsNoneOfAnApplication) {
  ASSERT_EQ(banyan({"schema", "decouple", "warehouse"}).exit_code, 0);
  ASSERT_EQ(banyan({"schema", "move", "warehouse"}).exit_code, 0);
  const Outcome own =
      run_banyan({"schema", "report", "--database", folder_.file("shop.warehouse.db")});
  EXPECT_EQ(own.exit_code, 1);
  EXPECT_THAT(own.err, HasSubstr("is the own file of warehouse"));
  EXPECT_THAT(own.err, HasSubstr("--database " + file_));

  const std::string control = folder_.file("control.db");
  test::RawSqlite(control).run("PRAGMA application_id = 1112430915; CREATE TABLE rollouts (x)");
  const Outcome store = run_banyan({"events", "list", "--database", control});
  EXPECT_EQ(store.exit_code, 1);
  EXPECT_THAT(store.err, HasSubstr("is a control store"));
  EXPECT_THAT(store.err, HasSubstr("banyan status --store " + control));
}

}  // namespace
}  // namespace banyan::test
