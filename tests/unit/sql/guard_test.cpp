// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <mutex>
#include <string>

#include "sqlite_connection.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::order_tables;
using test::shop_scripts;
using test::soon;
using testing::HasSubstr;
using Number = std::int64_t;

struct Refused {
  FaultKind kind;
  std::string text;
};

Refused refusal(ModuleDatabase& module, std::string_view sql) {
  try {
    const auto done = module.write(soon(), [sql](Session& session) -> Result<void> {
      session.run(sql);
      return {};
    });
    EXPECT_TRUE(done);
    return {FaultKind::Misuse, "allowed"};
  } catch (const Fault& fault) {
    // Who owns what is looked at first.
    const bool only_rows =
        std::string_view(fault.what()).find("it gives rows") != std::string_view::npos;
    return only_rows ? Refused{FaultKind::Misuse, "allowed"} : Refused{fault.kind(), fault.what()};
  }
}

class GuardTest : public testing::Test {
 protected:
  void expect_denied(std::string_view sql, const std::string& what) {
    const auto refused = refusal(orders_, sql);
    EXPECT_EQ(refused.kind, FaultKind::Ownership) << sql << "\n" << refused.text;
    EXPECT_THAT(refused.text, HasSubstr("module 'orders' " + what)) << sql;
    EXPECT_THAT(refused.text, HasSubstr(std::string(sql)));
    EXPECT_THAT(refused.text, HasSubstr("Ask the port of the module that owns"));
  }
  void expect_misuse(std::string_view sql, const std::string& what) {
    const auto refused = refusal(orders_, sql);
    EXPECT_EQ(refused.kind, FaultKind::Misuse) << sql;
    EXPECT_THAT(refused.text, HasSubstr(what)) << sql;
  }
  Number allowed(std::string_view sql) {
    return orders_.read(soon(), [sql](Session& session) { return *session.value<Number>(sql); });
  }

  test::TemporaryDatabase database_{shop_scripts()};
  ModuleDatabase orders_ = database_.connect("orders", order_tables());
};

TEST_F(GuardTest, Denies_a_foreign_table) {
  expect_denied("SELECT title FROM tracks", "reads 'tracks'");
}

TEST_F(GuardTest, Denies_a_join) {
  expect_denied("SELECT orders.id FROM orders JOIN tracks ON tracks.id = orders.key",
                "reads 'tracks'");
}

TEST_F(GuardTest, Denies_a_subselect) {
  expect_denied("SELECT id FROM orders WHERE key IN (SELECT id FROM tracks)", "reads 'tracks'");
}

TEST_F(GuardTest, Denies_counting_which_reads_no_column) {
  expect_denied("SELECT count(*) FROM tracks", "reads 'tracks'");
  expect_denied("SELECT 1 FROM orders, tracks", "reads 'tracks'");
}

TEST_F(GuardTest, Denies_through_a_view_and_names_it) {
  expect_denied("SELECT title FROM order_titles", "reads 'tracks' through 'order_titles'");
}

TEST_F(GuardTest, Denies_through_a_trigger_and_names_it) {
  const auto refused = refusal(orders_, "INSERT INTO audited VALUES ('x')");
  EXPECT_EQ(refused.kind, FaultKind::Ownership);
  EXPECT_THAT(refused.text, HasSubstr("'tracks' through 'audit'"));
}

TEST_F(GuardTest, Allows_full_text_search_of_ones_own_and_denies_that_of_others) {
  test::TemporaryDatabase database{
      {{"catalog",
        {{"0001_words.sql",
          "CREATE VIRTUAL TABLE words USING fts5(text);"
          "INSERT INTO words VALUES ('rain'), ('sun')"}}},
       {"orders", {{"0001_hints.sql", "CREATE TABLE hints_data (hint TEXT);"}}}}};
  ModuleDatabase catalog = database.connect("catalog", {"words", "hints"});
  ModuleDatabase orders = database.connect("orders", {"hints_data"});
  const auto rewritten = catalog.write(soon(), [](Session& session) -> Result<Number> {
    session.run("INSERT INTO words VALUES (:text)", std::string("rainy"));
    session.run("DELETE FROM words WHERE words MATCH 'sun'");
    return *session.value<Number>("SELECT count(*) FROM words WHERE words MATCH 'rain*'");
  });
  EXPECT_EQ(rewritten, 2);
  EXPECT_EQ(catalog.read(soon(),
                         [](Session& session) {
                           return *session.value<Number>(
                               "SELECT count(*) FROM words WHERE words MATCH 'rain*'");
                         }),
            2);
  for (const std::string_view sql :
       {"SELECT text FROM words WHERE words MATCH 'rain'", "DELETE FROM words_content"}) {
    EXPECT_EQ(refusal(orders, sql).kind, FaultKind::Ownership) << sql;
  }
  EXPECT_EQ(refusal(catalog, "DELETE FROM hints_data").kind, FaultKind::Ownership)
      << "a name is not enough: it is another's table";
  EXPECT_EQ(refusal(catalog, "PRAGMA data_version = 1").kind, FaultKind::Misuse);
}

TEST_F(GuardTest, Denies_every_kind_of_writing) {
  expect_denied("INSERT INTO tracks VALUES ('a', 'b', 1)", "inserts into 'tracks'");
  expect_denied("UPDATE tracks SET price = 1", "updates 'tracks'");
  expect_denied("DELETE FROM tracks", "deletes from 'tracks'");
  expect_denied("INSERT INTO orders(key) SELECT id FROM tracks", "reads 'tracks'");
}

TEST_F(GuardTest, Denies_a_name_in_other_letters) {
  expect_denied("SELECT title FROM \"TRACKS\"", "reads 'tracks'");
}

TEST_F(GuardTest, Denies_the_parent_of_a_violating_foreign_key) {
  expect_denied("INSERT INTO picks VALUES (1, 'trk_1')", "reads 'tracks'");
}

TEST_F(GuardTest, Denies_writing_the_catalogue) {
  EXPECT_NE(refusal(orders_, "DELETE FROM sqlite_master").text, "allowed");
  EXPECT_NE(refusal(orders_, "UPDATE sqlite_master SET sql = ''").text, "allowed");
}

TEST_F(GuardTest, Denies_the_fence) {
  expect_denied("UPDATE banyan_fence SET state = 'open'", "updates 'banyan_fence'");
}

TEST_F(GuardTest, Denies_transactions_settings_and_schema_in_a_modules_statement) {
  expect_misuse("COMMIT", "transactions and settings");
  expect_misuse("SAVEPOINT mine", "transactions and settings");
  expect_misuse("PRAGMA foreign_keys = OFF", "transactions and settings");
  expect_misuse("ATTACH 'other.db' AS other", "transactions and settings");
  expect_misuse("CREATE TABLE mine (id)", "migrations/orders/");
  expect_misuse("DROP TABLE orders", "migrations/orders/");
  expect_misuse("CREATE TEMP TABLE mine (id)", "migrations/orders/");
}

TEST_F(GuardTest, Allows_own_tables_views_expressions_and_the_catalogue) {
  EXPECT_EQ(allowed("SELECT count(*) FROM orders"), 0);
  EXPECT_EQ(allowed("SELECT count(*) FROM own_view"), 0);
  EXPECT_EQ(allowed("WITH some AS (SELECT 1 UNION ALL SELECT 2) SELECT count(*) FROM some"), 2);
  EXPECT_EQ(allowed("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) "
                    "SELECT sum(i) FROM n"),
            45);
  EXPECT_EQ(allowed("SELECT sum(value) FROM json_each('[1,2]')"), 3);
  EXPECT_EQ(allowed("SELECT count(*) FROM json_each('[1,2]')"), 2);
  EXPECT_EQ(allowed("SELECT count(*) FROM sqlite_master WHERE name = 'tracks'"), 1);
}

TEST_F(GuardTest, Allows_the_violations_of_the_baseline) {
  const auto again = test::open_file(database_.file());
  auto module = again->connect("orders", order_tables(),
                               {{"tracks", "picks.track has a foreign key until separation/0002"}});
  EXPECT_EQ(refusal(module, "INSERT INTO picks VALUES (1, 'trk_1')").text, "allowed");
  EXPECT_EQ(refusal(module, "SELECT title FROM order_titles").text, "allowed");
}

TEST_F(GuardTest, Refuses_a_violating_without_a_reason) {
  const auto again = test::open_file(database_.file());
  EXPECT_THROW(again->connect("orders", order_tables(), {{"tracks", ""}}), Fault);
}

TEST_F(GuardTest, Refuses_a_second_connection_with_other_tables) {
  EXPECT_NO_THROW(database_.connect("orders", order_tables()));
  EXPECT_THROW(database_.connect("orders", {"orders", "tracks"}), Fault);
}

TEST_F(GuardTest, Sees_a_view_that_changed_behind_a_cached_statement) {
  EXPECT_EQ(allowed("SELECT count(*) FROM own_view"), 0);
  EXPECT_EQ(allowed("SELECT sum(id) IS NULL FROM own_view"), 1);
  static constexpr std::string_view change =
      "DROP VIEW own_view; CREATE VIEW own_view AS SELECT price AS id, 1 AS total FROM tracks;";
  auto scripts = shop_scripts();
  scripts[1].scripts.push_back({"0002_change_view.sql", change});
  migrations::Runner(database_.file(), scripts, system_clock()).apply();
  EXPECT_THROW(allowed("SELECT sum(id) IS NULL FROM own_view"), Fault);
}

TEST_F(GuardTest, Logs_each_violating_once_when_it_only_watches) {
  std::mutex mutex;
  std::vector<Violation> seen;
  Options options;
  options.guarding = Guarding::Log;
  options.on_violation = [&](const Violation& violation) {
    const std::lock_guard lock(mutex);
    seen.push_back(violation);
  };
  const auto watched = test::open_file(database_.file(), options);
  auto module = watched->connect("orders", order_tables());
  for (int i = 0; i < 3; ++i) {
    module.read(soon(), [](Session& session) {
      EXPECT_EQ(session.value<Number>("SELECT count(*) FROM tracks"), 2);
      EXPECT_EQ(session.value<std::string>("SELECT title FROM tracks ORDER BY id"), "First");
    });
  }
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].statement, "SELECT count(*) FROM tracks");
  EXPECT_EQ(seen[0].table, "tracks");
  EXPECT_EQ(seen[0].action, "reads");
}

TEST_F(GuardTest, Is_asked_once_for_a_statement_that_runs_often) {
  Ownership ownership(Options{});
  const auto module = ownership.add("orders", order_tables(), {});
  SqliteConnection connection(database_.file(), SqliteConnection::Use::Read, ownership);
  Session session(connection, module);
  for (Number i = 0; i < 1000; ++i) {
    session.one<Number>("SELECT id FROM orders WHERE id = :id", i);
  }
  EXPECT_EQ(connection.prepared(), 1U);
}

TEST_F(GuardTest, Remembers_a_bounded_number_of_statements_however_many_there_are) {
  Ownership ownership(Options{});
  const auto module = ownership.add("orders", order_tables(), {});
  for (Number i = 0; i < 5000; ++i) {
    ownership.note(module, "SELECT a" + std::to_string(i));
  }
  EXPECT_EQ(ownership.statements().size(), 2000U);
}

TEST_F(GuardTest, Remembers_as_one_what_differs_in_its_literals_with_the_text_that_ran_first) {
  Ownership ownership(Options{});
  const auto module = ownership.add("orders", order_tables(), {});
  for (Number i = 0; i < 5000; ++i) {
    ownership.note(module, "SELECT id FROM orders WHERE id = " + std::to_string(i));
  }
  ASSERT_EQ(ownership.statements().size(), 1U);
  EXPECT_EQ(ownership.statements().front().sql, "SELECT id FROM orders WHERE id = 0");
}

TEST_F(GuardTest, Forgets_last_what_crosses) {
  Ownership ownership(Options{});
  const auto module = ownership.add("orders", order_tables(), {});
  ownership.note(module, "SELECT title FROM tracks", true);
  for (Number i = 0; i < 5000; ++i) ownership.note(module, "SELECT a" + std::to_string(i));
  const auto left = ownership.statements();
  EXPECT_THAT(left, testing::Contains(testing::Field(&ModuleStatement::crosses, true)));
}

TEST_F(GuardTest, Tells_which_statements_cross_also_by_leave_of_the_baseline) {
  Options logs;
  logs.guarding = Guarding::Log;
  const auto by_baseline = test::open_file(database_.file());
  const auto by_log = test::open_file(database_.file(), logs);
  for (auto* const each : {by_baseline.get(), by_log.get()}) {
    auto module = each == by_log.get()
                      ? each->connect("orders", order_tables())
                      : each->connect("orders", order_tables(), {{"tracks", "until then"}});
    module.read(soon(), [](Session& session) {
      session.value<Number>("SELECT count(*) FROM tracks");
      session.value<Number>("SELECT count(*) FROM orders");
      session.value<Number>("SELECT count(*) FROM own_view");
    });
    for (const ModuleStatement& ran : each->statements()) {
      EXPECT_EQ(ran.crosses, ran.sql.ends_with("tracks")) << ran.sql;
    }
    EXPECT_EQ(each->statements().size(), 3U);
  }
}

TEST_F(GuardTest, Does_not_lend_one_modules_statement_to_another) {
  auto catalog = database_.connect("catalog", {"tracks"});
  const auto count = [](Session& session) {
    return *session.value<Number>("SELECT count(*) FROM tracks");
  };
  EXPECT_EQ(catalog.read(soon(), count), 2);
  EXPECT_THROW(orders_.read(soon(), count), Fault);
  // The writer's connection serves both.
  const auto counted = [&count](Session& session) -> Result<Number> { return count(session); };
  EXPECT_EQ(catalog.write(soon(), counted).value(), 2);
  EXPECT_THROW((void)orders_.write(soon(), counted), Fault);
}

}  // namespace
}  // namespace banyan::sql
