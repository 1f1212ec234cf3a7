// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "banyan/mover/move.hpp"
#include "warehouse_sample.hpp"

namespace banyan::mover {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RawDatabase;
using testing::TempFolder;

// A schema as old monoliths have it: everything that can cross, does.
class SchemaReportTest : public ::testing::Test {
 protected:
  SchemaReportTest() {
    RawDatabase db(file_);
    db.run(R"sql(
CREATE TABLE tracks(id INTEGER PRIMARY KEY, title TEXT, price INT);
CREATE TABLE stock(track_id INTEGER PRIMARY KEY REFERENCES tracks(id) ON DELETE CASCADE, n INT);
CREATE TABLE moves(id INTEGER PRIMARY KEY, track_id INT REFERENCES stock(track_id));
CREATE TABLE orders(id INTEGER PRIMARY KEY, state TEXT);
CREATE TABLE activity(id INTEGER PRIMARY KEY, who TEXT, what TEXT);
CREATE TABLE "left ""over"(x);
CREATE VIEW offers AS SELECT t.title, s.n FROM tracks t JOIN stock s ON s.track_id = t.id;
CREATE VIEW titles AS SELECT title FROM tracks;
CREATE TRIGGER stock_log AFTER UPDATE OF n ON stock BEGIN
  INSERT INTO activity(who, what) VALUES ('warehouse', 'n is ' || new.n); END;
CREATE TRIGGER own_trigger AFTER INSERT ON stock BEGIN INSERT INTO moves(track_id) VALUES (1); END;
CREATE TRIGGER order_state AFTER UPDATE ON orders WHEN (SELECT count(*) FROM stock) > 0 BEGIN
  DELETE FROM moves; END;
INSERT INTO tracks VALUES (1, 'a', 99), (2, 'b', 99);
INSERT INTO stock VALUES (1, 5);
)sql");
    ownership_ = {
        {{"catalog", {"tracks"}}, {"warehouse", {"stock", "moves"}}, {"orders", {"orders"}}},
        {{"activity", {"orders"}}}};
  }

  SchemaReport report(const std::vector<Statement>& statements = {}) {
    const auto made = schema_report(file_, ownership_, statements);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : SchemaReport{};
  }

  const BoundaryViolation* find(const SchemaReport& report, std::string_view object) {
    for (const BoundaryViolation& violation : report.violations) {
      if (violation.object == object) return &violation;
    }
    return nullptr;
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "shop.db";
  Ownership ownership_;
};

TEST_F(SchemaReportTest, CountsRowsOfOwnedSharedAndUnownedTables) {
  const SchemaReport made = report();
  ASSERT_EQ(made.modules.size(), 3U);
  EXPECT_EQ(made.modules[0].tables[0].rows, 2);
  ASSERT_EQ(made.shared.size(), 1U);
  EXPECT_THAT(made.shared[0].declared_users, ElementsAre("orders"));
  EXPECT_THAT(made.shared[0].found_users, ElementsAre("warehouse"));
  ASSERT_EQ(made.unowned.size(), 1U);
  EXPECT_EQ(made.unowned[0].table, "left \"over");
}

TEST_F(SchemaReportTest, FindsTheForeignKeyFromBothEnds) {
  const SchemaReport made = report();
  const BoundaryViolation* key = find(made, "stock.track_id -> tracks.id");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->kind, ViolationKind::ForeignKey);
  EXPECT_EQ(key->module, "warehouse");
  EXPECT_EQ(key->other, "catalog");
  EXPECT_EQ(key->how, "on delete cascade");
  EXPECT_THAT(key->next_step, HasSubstr("migrations/warehouse/separation/"));
  const auto of_catalog = violations_of(made, "catalog");
  EXPECT_TRUE(
      std::any_of(of_catalog.begin(), of_catalog.end(), [](const BoundaryViolation& violation) {
        return violation.object == "stock.track_id -> tracks.id";
      }));
  EXPECT_EQ(find(made, "moves.track_id -> stock.track_id"), nullptr);  // inside the module
}

TEST_F(SchemaReportTest, FindsViewsAndTriggersThatCross) {
  const SchemaReport made = report();
  const BoundaryViolation* view = find(made, "offers");
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view->kind, ViolationKind::View);
  EXPECT_EQ(find(made, "titles"), nullptr);
  const BoundaryViolation* trigger = find(made, "stock_log on stock");
  ASSERT_NE(trigger, nullptr);
  EXPECT_EQ(trigger->other, "shared");
  EXPECT_EQ(trigger->how, "writes activity through stock_log");
  EXPECT_EQ(find(made, "own_trigger on stock"), nullptr);
  const BoundaryViolation* guarded = find(made, "order_state on orders");
  ASSERT_NE(guarded, nullptr);
  EXPECT_THAT(guarded->tables, ElementsAre("moves", "stock"));
}

TEST_F(SchemaReportTest, FollowsStatementsThroughViewsTriggersAndCascades) {
  const SchemaReport made = report({
      {"warehouse", "SELECT n FROM stock WHERE track_id = ?", "own.cpp:1"},
      {"warehouse", "SELECT title FROM tracks JOIN stock ON id = track_id", "join.cpp:2"},
      {"orders", "SELECT * FROM offers", "view.cpp:3"},
      {"warehouse", "UPDATE stock SET n = ? WHERE track_id = ?", "trigger.cpp:4"},
      {"catalog", "DELETE FROM tracks WHERE id = ?", "cascade.cpp:5"},
      {"orders", "INSERT INTO activity(who, what) VALUES (?, ?)", "shared.cpp:6"},
      {"orders", "SELECT * FROM nowhere", "broken.cpp:7"},
      {"billing", "SELECT 1", "unknown.cpp:8"},
      {"warehouse", "INSERT INTO stock VALUES (:track, :n)", "insert.cpp:9"},
  });
  EXPECT_EQ(made.statements, 9U);
  EXPECT_EQ(find(made, "own.cpp:1"), nullptr);
  EXPECT_EQ(find(made, "insert.cpp:9"), nullptr);  // its parent check is the foreign key's affair
  ASSERT_NE(find(made, "join.cpp:2"), nullptr);
  EXPECT_EQ(find(made, "join.cpp:2")->how, "reads tracks");
  ASSERT_NE(find(made, "view.cpp:3"), nullptr);
  EXPECT_THAT(find(made, "view.cpp:3")->how, HasSubstr("through offers"));
  ASSERT_NE(find(made, "trigger.cpp:4"), nullptr);
  EXPECT_EQ(find(made, "trigger.cpp:4")->how, "writes activity through stock_log");
  ASSERT_NE(find(made, "cascade.cpp:5"), nullptr);
  EXPECT_EQ(find(made, "cascade.cpp:5")->how, "writes stock by a foreign key's action");
  EXPECT_EQ(find(made, "cascade.cpp:5")->other, "warehouse");
  ASSERT_NE(find(made, "shared.cpp:6"), nullptr);
  EXPECT_THAT(made.shared[0].found_users, ElementsAre("orders", "warehouse"));
  ASSERT_EQ(made.unreadable.size(), 2U);
  EXPECT_EQ(made.unreadable[0].what, "statement at broken.cpp:7");
  EXPECT_EQ(made.unreadable[0].problem, "no such table: nowhere");
  EXPECT_THAT(made.unreadable[1].problem, HasSubstr("billing is not in the manifest"));
}

TEST_F(SchemaReportTest, ReportsTablesThatTheManifestInvents) {
  ownership_.modules[0].tables.push_back("albums");
  const SchemaReport made = report();
  EXPECT_FALSE(made.modules[0].tables[1].exists);
  EXPECT_THAT(to_text(made), HasSubstr("MISSING"));
}

TEST_F(SchemaReportTest, SaysWhichTablesTheSeparationBrings) {
  ownership_.modules[1].tables.push_back("stock_moves");
  ownership_.modules[1].made_by_separation = {"stock_moves"};
  const std::string text = to_text(report());
  EXPECT_THAT(text, HasSubstr("comes with `banyan schema decouple warehouse`"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("MISSING")));
}

TEST_F(SchemaReportTest, ReportsAForeignKeyToATableThatIsNotThereAndABrokenView) {
  RawDatabase(file_).run(
      "CREATE TABLE notes(x REFERENCES gone(id)); CREATE VIEW broken AS "
      "SELECT * FROM vanished");
  ownership_.modules[0].tables.push_back("notes");
  const SchemaReport made = report();
  ASSERT_NE(find(made, "notes.x -> gone.id"), nullptr);
  EXPECT_EQ(find(made, "notes.x -> gone.id")->how, "refers to a table that does not exist");
  ASSERT_EQ(made.unreadable.size(), 1U);
  EXPECT_EQ(made.unreadable[0].what, "view broken");
}

TEST_F(SchemaReportTest, IsShownAsTextAndAsJson) {
  const SchemaReport made =
      report({{"orders", "SELECT * FROM \"left \"\"over\"", "a \"b\"\n.cpp"}});
  const std::string text = to_text(made);
  EXPECT_THAT(text, HasSubstr("foreign key stock.track_id -> tracks.id: warehouse -> catalog"));
  EXPECT_THAT(text, HasSubstr("next: make it a soft reference"));
  EXPECT_THAT(text, HasSubstr("owned by nobody"));
  EXPECT_THAT(text, HasSubstr("warehouse: no, 4 boundary violations remain"));
  const auto json = nlohmann::json::parse(to_json(made));
  EXPECT_EQ(json["modules"][0]["tables"][0]["rows"], 2);
  EXPECT_EQ(json["violations"].size(), made.violations.size());
  EXPECT_EQ(json["violations"].back()["object"], "a \"b\"\n.cpp");
  EXPECT_EQ(json["violations"].back()["other"], "unowned");
}

TEST_F(SchemaReportTest, KnowsWhereAModuleHasMoved) {
  testing::make_shop(folder_ / "other.db");
  ASSERT_TRUE(move_module(testing::warehouse_request(folder_ / "other.db"), Direction::Out));
  RawDatabase(folder_ / "other.warehouse.db").run("DELETE FROM hold");
  const auto made = schema_report(folder_ / "other.db", testing::shop_ownership(),
                                  {{"warehouse", "SELECT n FROM stock", "own.cpp:1"},
                                   {"orders", "SELECT n FROM stock", "late.cpp:2"}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->modules[2].location, "other.warehouse.db");
  EXPECT_EQ(made->modules[2].tables[3].rows, 0);  // hold, at its new place
  const auto violations = violations_of(*made, "warehouse");
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].object, "late.cpp:2");
  EXPECT_THAT(to_text(*made), HasSubstr("moved out to other.warehouse.db"));
}

TEST_F(SchemaReportTest, ReadsStatementsFromAFolder) {
  std::filesystem::create_directories(folder_ / "sql/warehouse/deep");
  std::ofstream(folder_ / "sql/warehouse/a.sql")
      << "-- a; comment\n\nSELECT n FROM stock;\n/* another; */ SELECT ';' FROM tracks;\n";
  std::ofstream(folder_ / "sql/warehouse/deep/b.sql")
      << "CREATE TRIGGER x AFTER INSERT ON stock BEGIN SELECT 1; SELECT 2; END;\n-- end\n";
  std::ofstream(folder_ / "sql/warehouse/a.postgresql.sql") << "SELECT 1;\n";  // the same script
  const auto statements = statements_from_folder(folder_ / "sql");
  ASSERT_TRUE(statements) << statements.error().message;
  ASSERT_EQ(statements->size(), 3U);
  EXPECT_EQ((*statements)[0].where, "warehouse/a.sql:3");
  EXPECT_EQ((*statements)[1].sql, "SELECT ';' FROM tracks;");
  EXPECT_EQ((*statements)[1].where, "warehouse/a.sql:4");
  EXPECT_EQ((*statements)[2].where, "warehouse/deep/b.sql:1");
  EXPECT_EQ((*statements)[2].module, "warehouse");
}

}  // namespace
}  // namespace banyan::mover
