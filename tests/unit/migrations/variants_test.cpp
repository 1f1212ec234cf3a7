// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>

#include "banyan/migrations/runner.hpp"
#include "engine_database.hpp"
#include "script_rules.hpp"

namespace banyan::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Variants : public testing::TestWithParam<sql::Engine> {
 protected:
  Runner runner(std::vector<Script> orders) {
    return Runner(database_.source(), "runner_test", {{"orders", std::move(orders)}},
                  system_clock());
  }
  std::vector<std::string> problems(const std::vector<Script>& orders) {
    std::vector<std::string> texts;
    for (const auto& problem : runner(orders).check()) texts.push_back(problem.text());
    return texts;
  }
  bool is_postgres() const { return GetParam() == sql::Engine::Postgres; }

  EngineDatabase database_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Runner, Variants,
                         testing::Values(sql::Engine::Sqlite, sql::Engine::Postgres),
                         [](const auto& each) { return std::string(to_string(each.param)); });

TEST_P(Variants, Each_engine_runs_its_own_text_and_remembers_that) {
  const Script create{"0001_create.sql", "CREATE TABLE on_sqlite (a TEXT);",
                      "CREATE TABLE on_postgresql (a TEXT);"};
  ASSERT_THAT(runner({create}).apply(), ElementsAre(testing::Field(&Status::name, create.name)));
  EXPECT_EQ(database_.has_table("on_postgresql"), is_postgres());
  EXPECT_EQ(database_.has_table("on_sqlite"), !is_postgres());
  EXPECT_EQ(database_.ask("SELECT checksum FROM " + database_.history()),
            checksum_of(is_postgres() ? *create.postgresql : create.sql));
  EXPECT_THAT(runner({create}).apply(), IsEmpty());
  Script changed = create;
  changed.postgresql = "CREATE TABLE on_postgresql (b TEXT);";
  if (is_postgres()) {
    EXPECT_THAT(problems({changed}),
                ElementsAre(HasSubstr("orders/0001_create.postgresql.sql: the file was changed")));
  } else {
    EXPECT_THAT(problems({changed}), IsEmpty());
  }
}

TEST_P(Variants, A_variant_without_its_script_is_refused_on_every_engine) {
  EXPECT_THAT(
      problems({{"0001_create.sql", "SELECT 1;"}, {"0002_soft.postgresql.sql", "SELECT 1;"}}),
      ElementsAre(HasSubstr("0002_soft.postgresql.sql: it is a variant for PostgreSQL, and "
                            "there is no 0002_soft.sql")));
}

TEST_P(Variants, A_rebuild_needs_a_variant_where_nothing_is_rebuilt) {
  const Script rebuild{"0001_soft.sql", "-- banyan: rebuild\nCREATE TABLE t (a TEXT);"};
  if (is_postgres()) {
    EXPECT_THAT(
        problems({rebuild}),
        ElementsAre(HasSubstr("0001_soft.sql:1: the script rebuilds a table, as only SQLite "
                              "must; write 0001_soft.postgresql.sql beside it")));
  } else {
    EXPECT_THAT(problems({rebuild}), IsEmpty());
  }
  Script both = rebuild;
  both.postgresql = "CREATE TABLE t (a TEXT);";
  EXPECT_THAT(runner({both}).apply(), SizeIs(1));
}

TEST_P(Variants, A_variant_has_no_mark_and_no_transaction_of_its_own) {
  const Script bad{"0001_soft.sql", "CREATE TABLE t (a TEXT);",
                   "-- banyan: rebuild\nCREATE TABLE t (a TEXT);\nSTART TRANSACTION;"};
  if (is_postgres()) {
    EXPECT_THAT(
        problems({bad}),
        ElementsAre(HasSubstr("0001_soft.postgresql.sql:3: START: the runner puts"),
                    HasSubstr("0001_soft.postgresql.sql:1: `-- banyan: rebuild` is SQLite's")));
  } else {
    EXPECT_THAT(problems({bad}), IsEmpty());
  }
}

TEST(VariantFiles, A_folder_pairs_them_with_their_scripts) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "separation");
  for (const std::string name :
       {"0001_a.sql", "0002_b.sql", "0002_b.postgresql.sql", "0003_c.postgresql.sql",
        "separation/0001_d.sql", "separation/0001_d.postgresql.sql"}) {
    std::ofstream(folder.path() / name) << "SELECT '" << name << "';";
  }
  const ScriptFolder read("orders", folder.path());
  std::vector<std::string> found;
  for (const Script& script : read.scripts().scripts) {
    found.push_back(std::string(script.name) + " " + std::string(script.postgresql.value_or("-")));
  }
  EXPECT_THAT(found,
              ElementsAre("0001_a.sql -", "0002_b.sql SELECT '0002_b.postgresql.sql';",
                          "0003_c.postgresql.sql -",
                          "separation/0001_d.sql SELECT 'separation/0001_d.postgresql.sql';"));
}

}  // namespace
}  // namespace banyan::migrations
