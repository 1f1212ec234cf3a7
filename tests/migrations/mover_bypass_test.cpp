// SPDX-License-Identifier: Apache-2.0
// Somebody goes past the fence: what was done at the old place is found before anything is dropped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/mover/move.hpp"
#include "warehouse_sample.hpp"

namespace banyan::mover {
namespace {

using ::testing::HasSubstr;
using testing::make_shop;
using testing::RawDatabase;
using testing::TempFolder;
using testing::warehouse_content;
using testing::warehouse_request;

class MoverBypass : public ::testing::Test {
 protected:
  MoverBypass() { make_shop(shared_, 3); }

  void must_move(Direction direction) {
    const auto outcome = move_module(warehouse_request(shared_), direction);
    std::string told = outcome ? "" : outcome.error().message;
    if (!outcome) {
      for (const Detail& each : outcome.error().details) told += "\n" + each.problem;
    }
    EXPECT_TRUE(outcome) << told;
  }

  // The dry run and the move say the same, and nothing has been dropped.
  void expect_found(Direction direction, const std::string& what) {
    const auto plan = plan_move(warehouse_request(shared_), direction);
    ASSERT_TRUE(plan) << plan.error().message;
    ASSERT_EQ(plan->refusals.size(), 1U) << what << "\n" << to_text(*plan);
    EXPECT_THAT(plan->refusals[0].problem, HasSubstr(what));
    EXPECT_THAT(plan->refusals[0].problem, HasSubstr("drop"));
    const auto outcome = move_module(warehouse_request(shared_), direction);
    ASSERT_FALSE(outcome) << what;
    EXPECT_EQ(outcome.error().rule, "mover.refused");
  }

  TempFolder folder_;
  std::filesystem::path shared_ = folder_ / "shop.db";
  std::filesystem::path own_ = folder_ / "shop.warehouse.db";
};

TEST_F(MoverBypass, A_row_in_an_old_table_that_somebody_rebuilt_stops_the_way_back) {
  must_move(Direction::Out);
  RawDatabase(shared_).run(
      "DROP TABLE journal; CREATE TABLE journal(what TEXT); INSERT INTO journal VALUES ('late')");

  expect_found(Direction::Back, "table journal");

  EXPECT_EQ(RawDatabase(shared_).text("SELECT what FROM journal"), "late");
  EXPECT_EQ(testing::expect_single_authority(shared_), own_);
  RawDatabase(shared_).run("DROP TABLE journal");
  must_move(Direction::Back);
}

TEST_F(MoverBypass, A_row_that_was_written_past_the_guards_stops_the_way_back) {
  must_move(Direction::Out);
  {
    RawDatabase late(shared_);
    sqlite3_db_config(late.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    late.run("UPDATE stock SET n = 4711 WHERE track = 3");
  }
  expect_found(Direction::Back, "table stock");
  EXPECT_EQ(RawDatabase(shared_).number("SELECT n FROM stock WHERE track = 3"), 4711);
}

TEST_F(MoverBypass, An_index_a_trigger_a_view_or_a_table_at_the_old_place_stops_the_way_back) {
  must_move(Direction::Out);
  for (const auto& [make, found, drop] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"CREATE INDEX late_index ON hold(state)", "index late_index", "DROP INDEX late_index"},
           {"CREATE TRIGGER late_trigger AFTER INSERT ON hold BEGIN SELECT 1; END",
            "trigger late_trigger", "DROP TRIGGER late_trigger"},
           {"DROP VIEW low_stock; CREATE VIEW low_stock AS SELECT n FROM stock", "view low_stock",
            "DROP VIEW low_stock"}}) {
    RawDatabase(shared_).run(make);
    expect_found(Direction::Back, found);
    RawDatabase(shared_).run(drop);
  }
  RawDatabase(own_).run("CREATE TABLE pallets(id INTEGER PRIMARY KEY)");
  RawDatabase(shared_).run("CREATE TABLE pallets(id INTEGER PRIMARY KEY)");
  const auto plan = plan_move(warehouse_request(shared_), Direction::Back);
  ASSERT_TRUE(plan);
  EXPECT_THAT(to_text(*plan), HasSubstr("pallets"));
  EXPECT_FALSE(plan->refusals.empty());
}

TEST_F(MoverBypass, What_was_done_to_the_copy_that_was_left_stops_the_next_way_out) {
  must_move(Direction::Out);
  must_move(Direction::Back);
  RawDatabase(own_).run("CREATE INDEX late_index ON hold(state)");
  expect_found(Direction::Out, "index late_index");
  RawDatabase(own_).run("DROP INDEX late_index");
  {
    RawDatabase late(own_);
    sqlite3_db_config(late.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    late.run("INSERT INTO journal VALUES ('late')");
  }
  expect_found(Direction::Out, "table journal");
  EXPECT_EQ(RawDatabase(own_).text("SELECT what FROM journal WHERE what = 'late'"), "late");
  RawDatabase(own_).run("DROP TABLE journal");
  must_move(Direction::Out);
}

TEST_F(MoverBypass, An_old_copy_that_was_left_alone_vacuumed_or_dropped_is_no_hindrance) {
  const auto before = warehouse_content(shared_);
  must_move(Direction::Out);
  RawDatabase(shared_).run("VACUUM");
  must_move(Direction::Back);
  RawDatabase(own_).run("VACUUM");
  must_move(Direction::Out);
  RawDatabase(shared_).run(
      "DROP VIEW low_stock; DROP TABLE hold; DROP TABLE journal; DROP TABLE stock;"
      "DROP TABLE shelf; DROP TABLE \"odd \"\"name\"");
  must_move(Direction::Back);
  EXPECT_EQ(warehouse_content(shared_), before);
}

TEST_F(MoverBypass, What_was_made_at_the_new_place_comes_home_and_is_named_before) {
  must_move(Direction::Out);
  RawDatabase(own_).run(
      "CREATE INDEX new_index ON hold(state);"
      "CREATE TRIGGER new_trigger AFTER INSERT ON hold BEGIN INSERT INTO journal VALUES (1); END;"
      "CREATE TABLE new_table(x); INSERT INTO new_table VALUES (7)");
  const auto plan = plan_move(warehouse_request(shared_), Direction::Back);
  ASSERT_TRUE(plan);
  for (const std::string made : {"index new_index", "trigger new_trigger", "table new_table"}) {
    EXPECT_THAT(to_text(*plan), HasSubstr(made + " was made"));
  }
  must_move(Direction::Back);
  RawDatabase shared(shared_);
  EXPECT_EQ(shared.number("SELECT count(*) FROM sqlite_master WHERE name LIKE 'new_%'"), 3);
  EXPECT_EQ(shared.number("SELECT x FROM new_table"), 7);
}

}  // namespace
}  // namespace banyan::mover
