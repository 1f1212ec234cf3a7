// SPDX-License-Identifier: Apache-2.0
// What the runner promises on every engine.
#include <gmock/gmock.h>

#include <future>
#include <numeric>

#include "banyan/migrations/runner.hpp"
#include "engine_database.hpp"
#include "script_rules.hpp"

namespace shared {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace catalog {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace warehouse {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace payments {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace shipping {
const std::vector<banyan::migrations::Script>& migrations();
}
namespace orders {
const std::vector<banyan::migrations::Script>& migrations();
}

namespace banyan::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class EveryEngine : public testing::TestWithParam<sql::Engine> {
 protected:
  Runner runner(std::vector<ModuleScripts> modules) {
    return Runner(database_.source(), "runner_test", std::move(modules), clock_);
  }
  Runner runner(std::vector<Script> orders) {
    return runner(std::vector<ModuleScripts>{{"orders", std::move(orders)}});
  }
  std::vector<std::string> problems(std::vector<Script> orders) {
    return problems_of([&] { runner(std::move(orders)).apply(); });
  }
  bool has_note() {
    try {
      database_.ask("SELECT note FROM orders");
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  static constexpr Script create{"0001_create.sql", "CREATE TABLE orders (id BIGINT);"};
  static constexpr Script add_note{"0002_add_note.sql", "ALTER TABLE orders ADD note TEXT;"};
  static constexpr Script expand{"separation/0001_expand.sql", "CREATE TABLE copies (id BIGINT);"};
  static constexpr Script contract{"separation/0002_contract.sql", "DROP TABLE copies;"};

  ManualClock clock_;
  EngineDatabase database_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Runner, EveryEngine,
                         testing::Values(sql::Engine::Sqlite, sql::Engine::Postgres),
                         [](const auto& each) { return std::string(to_string(each.param)); });

TEST_P(EveryEngine, Applies_scripts_in_order_once_and_remembers_them) {
  const auto first = runner({add_note, create, expand}).apply();
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].name, "0001_create.sql");
  EXPECT_EQ(first[1].name, "0002_add_note.sql");
  EXPECT_EQ(first[1].database, database_.source().display());
  EXPECT_TRUE(has_note());
  EXPECT_EQ(database_.ask("SELECT checksum FROM " + database_.history() +
                          " WHERE module = 'orders' AND name = '0002_add_note.sql'"),
            checksum_of(add_note.sql));
  EXPECT_THAT(runner({create, add_note, expand}).apply(), IsEmpty());
}

TEST_P(EveryEngine, Applies_only_what_is_new) {
  runner({create}).apply();
  const auto second = runner({create, add_note}).apply();
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].name, "0002_add_note.sql");
}

TEST_P(EveryEngine, Separation_runs_only_on_demand_and_by_name) {
  auto all = runner({create, expand, contract});
  all.apply();
  EXPECT_FALSE(database_.has_table("copies"));
  EXPECT_THAT(all.dry_run_separation("orders"), SizeIs(2));
  EXPECT_FALSE(database_.has_table("copies"));
  EXPECT_THAT(all.apply_separation("orders", "separation/0001"), SizeIs(1));
  EXPECT_TRUE(database_.has_table("copies"));
  EXPECT_THAT(all.apply_separation("orders"), SizeIs(1));
  EXPECT_THAT(all.apply_separation("orders"), IsEmpty());
  EXPECT_FALSE(database_.has_table("copies"));
  EXPECT_THROW(all.apply_separation("ordres"), MigrationFault);
}

TEST_P(EveryEngine, Status_tells_what_was_applied_when_and_where) {
  EXPECT_EQ(runner({create}).status().at(0).state, State::Pending);
  runner({create}).apply();
  const auto status = runner({create, add_note, expand}).status();
  ASSERT_THAT(status, SizeIs(3));
  EXPECT_EQ(status[0].state, State::Applied);
  EXPECT_EQ(status[0].applied_at, clock_.now());
  EXPECT_EQ(status[1].state, State::Pending);
  EXPECT_EQ(status[2].state, State::OnDemand);
  EXPECT_EQ(status[0].database, database_.source().display());
}

TEST_P(EveryEngine, A_dry_run_changes_nothing) {
  EXPECT_THAT(runner({create, add_note}).dry_run(), SizeIs(2));
  if (GetParam() == sql::Engine::Sqlite) {
    EXPECT_FALSE(std::filesystem::exists(database_.file()));
  } else {
    EXPECT_EQ(database_.ask("SELECT count(*) FROM pg_namespace "
                            "WHERE nspname IN ('banyan', 'orders', 'shared')"),
              "0");
  }
  runner({create}).apply();
  EXPECT_THAT(runner({create, add_note}).dry_run(), SizeIs(1));
  EXPECT_FALSE(has_note());
}

TEST_P(EveryEngine, A_dry_run_finds_a_statement_that_cannot_run) {
  EXPECT_THAT(problems_of([&] {
                runner({create, {"0002_bad.sql", "\nALTER TABLE ordres ADD x TEXT;"}}).dry_run();
              }),
              ElementsAre(HasSubstr("migrations/orders/0002_bad.sql:2: ")));
}

TEST_P(EveryEngine, A_failing_statement_names_its_line_and_undoes_the_whole_file) {
  runner({create}).apply();
  const auto texts = problems({create,
                               {"0002_bad.sql",
                                "-- adds a täble\n"
                                "CREATE TABLE lines (id BIGINT, name TEXT);\n"
                                "\n"
                                "/* and then\n   spoils it */\n"
                                "INSERT INTO lines\n"
                                "SELECT 1, 'ä€😀\n"
                                "€€€€' || nobody;\n"}});
  ASSERT_THAT(texts, SizeIs(1));
  EXPECT_THAT(texts[0], HasSubstr("migrations/orders/0002_bad.sql:8: "));
  EXPECT_THAT(texts[0], HasSubstr("nobody"));
  EXPECT_FALSE(database_.has_table("lines"));
  EXPECT_EQ(database_.ask("SELECT count(*) FROM " + database_.history()), "1");
}

TEST_P(EveryEngine, A_constraint_that_breaks_names_the_line_where_its_statement_begins) {
  EXPECT_THAT(problems({{"0001_create.sql",
                         "CREATE TABLE t (id BIGINT UNIQUE);\n"
                         "INSERT INTO t VALUES (1);\n"
                         "-- again\n"
                         "INSERT INTO t\nVALUES (1);\n"}}),
              ElementsAre(testing::MatchesRegex("migrations/orders/0001_create.sql:4: .*t.id.*")));
}

TEST_P(EveryEngine, Scripts_before_the_one_that_fails_stay_applied) {
  EXPECT_THAT(problems({create, {"0002_bad.sql", "SELECT 1 FROM nowhere;"}}), SizeIs(1));
  EXPECT_TRUE(database_.has_table("orders"));
  EXPECT_THAT(runner({create, add_note}).apply(), SizeIs(1));
}

TEST_P(EveryEngine, Line_ends_of_another_system_do_not_change_the_checksum) {
  runner({{"0001_create.sql", "CREATE TABLE t (\n a TEXT);\n"}}).apply();
  EXPECT_THAT(runner({{"0001_create.sql", "CREATE TABLE t (\r\n a TEXT);\r\n"}}).apply(),
              IsEmpty());
}

TEST_P(EveryEngine, A_byte_order_mark_is_no_part_of_the_script) {
  runner({{"0001_create.sql", "\xEF\xBB\xBF-- comment\nCREATE TABLE t (a TEXT);"}}).apply();
  EXPECT_TRUE(database_.has_table("t"));
}

TEST_P(EveryEngine, Refuses_what_would_leave_the_transaction_before_anything_runs) {
  EXPECT_THAT(problems({create, {"0002_bad.sql", "SELECT 1;\nCOMMIT;\nBEGIN;\n"}}),
              ElementsAre(HasSubstr("0002_bad.sql:2: COMMIT: the runner puts each file into one"),
                          HasSubstr("0002_bad.sql:3: BEGIN: the runner")));
}

TEST_P(EveryEngine, Refuses_history_that_does_not_agree) {
  runner({create, add_note}).apply();
  EXPECT_THAT(problems({{"0001_create.sql", "CREATE TABLE orders (id TEXT);"}, add_note}),
              ElementsAre(HasSubstr("0001_create.sql: the file was changed after it was applied")));
  EXPECT_THAT(problems({{"0002_add_note.sql", add_note.sql}}),
              testing::Contains(HasSubstr("0001_create.sql: it has been applied")));
  EXPECT_THAT(problems({create}), ElementsAre(HasSubstr("run the newer program")));
  database_.ask("DELETE FROM " + database_.history() + " WHERE name = '0001_create.sql'");
  EXPECT_THAT(problems({create, add_note}),
              ElementsAre(HasSubstr("0001_create.sql: the file is new, but 0002_add_note.sql")));
}

TEST_P(EveryEngine, An_older_program_starts_where_a_newer_one_has_only_expanded) {
  const Script expansion{"0002_add_note.sql",
                         "-- banyan: expand\nALTER TABLE orders ADD note TEXT;"};
  const Script narrow{"0003_narrow.sql", "ALTER TABLE orders DROP COLUMN note;"};
  runner({create, expansion}).apply();

  EXPECT_THAT(runner({create}).apply(), IsEmpty());
  const auto newer = runner({create}).newer();
  ASSERT_THAT(newer, SizeIs(1));
  EXPECT_EQ(newer[0].name, "0002_add_note.sql");
  EXPECT_TRUE(has_note());
  EXPECT_THAT(runner({create, expansion}).newer(), IsEmpty());
  EXPECT_THAT(problems({create, {"0002_other.sql", "SELECT 1;"}}), SizeIs(1)) << "two second ones";

  runner({create, expansion, narrow}).apply();
  EXPECT_THAT(problems({create}), ElementsAre(HasSubstr("0003_narrow.sql: the database has it")));
  EXPECT_THAT(problems({create, expansion}), ElementsAre(HasSubstr("run the newer program")));
}

TEST_P(EveryEngine, A_mark_is_one_of_the_text_that_was_applied) {
  runner({create, {"0002_add_note.sql", "-- banyan: expand\nALTER TABLE orders ADD note TEXT;"}})
      .apply();
  database_.ask("UPDATE " + database_.history() +
                " SET checksum = 'another' WHERE name = '0002_add_note.sql'");
  EXPECT_THAT(problems({create}), ElementsAre(HasSubstr("run the newer program")));
}

TEST_P(EveryEngine, Runners_that_start_at_once_wait_for_each_other) {
  std::vector<Script> scripts{create, add_note};
  for (const char* name : {"0003_c.sql", "0004_d.sql", "0005_e.sql"}) {
    scripts.push_back({name, "INSERT INTO orders (id) VALUES (1);"});
  }
  std::vector<std::future<std::size_t>> running;
  for (int i = 0; i < 4; ++i) {
    running.push_back(std::async(std::launch::async, [&] {
      return Runner(database_.source(), "runner_test", {{"orders", scripts}}, system_clock())
          .apply()
          .size();
    }));
  }
  std::size_t applied = 0;
  for (auto& each : running) applied += each.get();
  EXPECT_EQ(applied, scripts.size());
  EXPECT_EQ(database_.ask("SELECT count(*) FROM orders"), "3");
}

TEST_P(EveryEngine, A_script_waits_for_the_tables_of_modules_that_are_listed_later) {
  const std::vector<ModuleScripts> modules{
      {"orders",
       {{"0001_copy.sql", "CREATE TABLE orders AS SELECT id FROM albums;"},
        {"0002_more.sql", "CREATE TABLE lines (id BIGINT);"}}},
      {"catalog", {{"0001_create.sql", "CREATE TABLE albums (id BIGINT);"}}}};
  EXPECT_THAT(runner(modules).dry_run(), SizeIs(3));
  const auto applied = runner(modules).apply();
  ASSERT_THAT(applied, SizeIs(3));
  EXPECT_EQ(applied[0].module, "catalog");
  EXPECT_EQ(applied[1].name, "0001_copy.sql");
  EXPECT_EQ(applied[2].name, "0002_more.sql");
}

TEST_P(EveryEngine, A_script_that_waits_in_vain_leaves_nothing_of_itself) {
  const std::vector<ModuleScripts> modules{
      {"orders",
       {{"0001_copy.sql", "CREATE TABLE t (a TEXT);\nINSERT INTO t SELECT id FROM albums;"}}},
      {"catalog", {{"0001_create.sql", "CREATE TABLE tracks (id BIGINT);"}}}};
  EXPECT_THAT(problems_of([&] { runner(modules).apply(); }),
              ElementsAre(HasSubstr("migrations/orders/0001_copy.sql:2: ")));
  EXPECT_FALSE(database_.has_table("t"));
}

TEST_P(EveryEngine, The_shops_scripts_apply_and_separate) {
  const std::vector<ModuleScripts> shop{
      {"shared", shared::migrations()},       {"catalog", catalog::migrations()},
      {"warehouse", warehouse::migrations()}, {"payments", payments::migrations()},
      {"shipping", shipping::migrations()},   {"orders", orders::migrations()}};
  EXPECT_THAT(runner(shop).check(), IsEmpty());
  std::size_t scripts = 0;
  for (const ModuleScripts& module : shop) {
    for (const auto& script : module.scripts) {
      if (!script.name.starts_with("separation/")) ++scripts;
    }
  }
  EXPECT_THAT(runner(shop).dry_run(), SizeIs(scripts));
  EXPECT_THAT(runner(shop).apply(), SizeIs(scripts));
  for (const char* sql :
       {"INSERT INTO activity VALUES ('orders', 'o1', 'placed', '', 1, 7)",
        "INSERT INTO activity VALUES ('warehouse', 'o1', 'held', 't1', 2, 8)",
        "INSERT INTO orders (id, customer_id, state, total_minor, currency, placed_at, changed_at)"
        " VALUES ('o1', 'c', 'placed', 1, 'EUR', 7, 7)",
        "INSERT INTO artists VALUES ('a', 'A')", "INSERT INTO albums VALUES ('b', 'a', 'B')",
        "INSERT INTO tracks VALUES ('t1', 'b', 1, 'T', NULL, 1, 1, 'EUR')",
        "INSERT INTO stock VALUES ('t1', 5, 2)",
        "INSERT INTO reservations VALUES ('o1', 'held', 8, 8)",
        "INSERT INTO reservation_lines VALUES ('o1', 1, 't1', 2)",
        "INSERT INTO order_lines VALUES ('o1', 1, 't1', 'T', 2, 1)"}) {
    database_.ask(sql);
  }
  for (const char* module : {"warehouse", "orders"}) {
    EXPECT_THAT(runner(shop).dry_run_separation(module), SizeIs(2));
    EXPECT_THAT(runner(shop).apply_separation(module), SizeIs(2));
  }
  EXPECT_EQ(database_.ask("SELECT count(*) FROM activity"), "0");
  EXPECT_EQ(database_.ask("SELECT at FROM order_history WHERE order_id = 'o1'"), "7");
  EXPECT_EQ(database_.ask("SELECT quantity FROM stock_movements WHERE cause = 'o1'"), "2");
  EXPECT_EQ(database_.ask("SELECT on_hand FROM stock"), "5");
  // References across modules are soft now.
  database_.ask("INSERT INTO stock VALUES ('unknown', 1, 0)");
  database_.ask("INSERT INTO reservations VALUES ('unknown', 'held', 1, 1)");
  database_.ask("INSERT INTO order_lines VALUES ('o1', 2, 'unknown', 'T', 1, 1)");
  EXPECT_THAT(runner(shop).apply(), IsEmpty());
  for (const auto& each : runner(shop).status()) EXPECT_EQ(each.state, State::Applied) << each.name;
}

}  // namespace
}  // namespace banyan::migrations
