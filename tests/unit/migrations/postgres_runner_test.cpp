// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "banyan/migrations/runner.hpp"
#include "banyan/postgres/module_schemas.hpp"
#include "engine_database.hpp"

namespace banyan::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PostgresRunner : public testing::Test {
 protected:
  Runner runner(std::vector<ModuleScripts> modules) {
    return Runner(database_.source(), "runner_test", std::move(modules), system_clock());
  }
  Runner runner(std::vector<Script> orders) {
    return runner(std::vector<ModuleScripts>{{"orders", std::move(orders)}});
  }
  std::string schema_of(const std::string& table) {
    return database_.ask("SELECT schemaname FROM pg_tables WHERE tablename = '" + table + "'");
  }

  static constexpr Script create{"0001_create.sql", "CREATE TABLE orders (id BIGINT);"};
  EngineDatabase database_{sql::Engine::Postgres};
};

TEST_F(PostgresRunner, What_a_script_makes_is_in_its_modules_schema) {
  runner({{"shared", {{"0001_a.sql", "CREATE TABLE activity (what TEXT);"}}},
          {"catalog", {{"0001_a.sql", "CREATE TABLE albums (id BIGINT PRIMARY KEY);"}}},
          {"orders",
           {{"0001_a.sql",
             "CREATE TABLE orders (id BIGINT REFERENCES albums (id));\n"
             "INSERT INTO activity VALUES ('created');"}}}})
      .apply();
  EXPECT_EQ(schema_of("activity"), "shared");
  EXPECT_EQ(schema_of("albums"), "catalog");
  EXPECT_EQ(schema_of("orders"), "orders");
  EXPECT_EQ(database_.ask("SELECT what FROM shared.activity"), "created");
}

TEST_F(PostgresRunner, The_modules_role_may_write_what_a_script_made_and_no_other_role) {
  runner({{"catalog", {{"0001_a.sql", "CREATE TABLE albums (id BIGINT);"}}}, {"orders", {create}}})
      .apply();
  const auto may_write = [&](const std::string& module, const std::string& table) {
    return database_.ask("SELECT has_table_privilege('runner_test_" + module + "', '" + table +
                         "', 'INSERT')");
  };
  EXPECT_EQ(may_write("orders", "orders.orders"), "t");
  EXPECT_EQ(may_write("orders", "catalog.albums"), "f");
  EXPECT_EQ(may_write("orders", "banyan.migrations"), "f");
}

// The lock stops a look at the tables between two questions: is there a schema of the kit, and if
// not, whose tables are these? Whoever is not to be stopped has used his connection before.
TEST_F(PostgresRunner, A_database_that_another_process_makes_meanwhile_is_no_strangers) {
  const std::string url = database_.source().connection;
  auto observer = postgres::Connection::open(url);
  const auto somebody_waits = [&observer] {
    return observer.text(
               "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = "
               "'pg_catalog.pg_tablespace'::regclass") != "0";
  };
  EXPECT_FALSE(somebody_waits());
  auto late = postgres::Connection::open(url);
  EXPECT_NO_THROW(postgres::check_database(late, "shop"));
  auto maker = postgres::Connection::open(url);
  maker.run("BEGIN");
  postgres::make_schemas_in_transaction(maker, "runner_test", {"orders"});
  maker.run("LOCK TABLE pg_catalog.pg_tablespace IN ACCESS EXCLUSIVE MODE");
  auto looking = std::async(std::launch::async, [&] { postgres::check_database(late, "shop"); });
  while (!somebody_waits()) std::this_thread::yield();
  maker.run("COMMIT");
  EXPECT_NO_THROW(looking.get());
}

TEST_F(PostgresRunner, Functions_with_bodies_run_as_written) {
  runner({create,
          {"0002_count.sql",
           "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
           "BEGIN\n  NEW.id := NEW.id + 1;  -- COMMIT;\n  RETURN NEW;\nEND $body$;\n"
           "CREATE TRIGGER g BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note();\n"
           "CREATE FUNCTION two() RETURNS bigint BEGIN ATOMIC SELECT 1; SELECT 2; END;\n"
           "INSERT INTO orders SELECT two();"}})
      .apply();
  EXPECT_EQ(database_.ask("SELECT id FROM orders"), "3");
}

TEST_F(PostgresRunner, A_setting_that_would_outlast_the_file_is_refused) {
  EXPECT_THAT(
      problems_of([&] {
        runner({{"0001_a.sql",
                 "SET LOCAL lock_timeout = '1s';\nSET search_path = public;\n"
                 "RESET ALL;\nCOPY t FROM STDIN;\nVACUUM;\nPREPARE TRANSACTION 'x';"}})
            .apply();
      }),
      ElementsAre(HasSubstr(":2: SET: the setting would last"), HasSubstr(":3: RESET: "),
                  HasSubstr(":4: COPY: "), HasSubstr(":5: VACUUM: "), HasSubstr(":6: PREPARE: ")));
}

TEST_F(PostgresRunner, Emptying_what_refers_without_naming_it_is_refused_in_a_dry_run_too) {
  const Script two{"0001_create.sql",
                   "CREATE TABLE orders (id BIGINT PRIMARY KEY);"
                   "CREATE TABLE lines (id BIGINT REFERENCES orders (id));"
                   "INSERT INTO orders VALUES (7); INSERT INTO lines VALUES (7);"};
  const Script cascades{"0002_empty.sql", "\ntruncate orders cascade;"};
  const auto refusal = ElementsAre(HasSubstr("0002_empty.sql:2: TRUNCATE … CASCADE empties"));
  EXPECT_THAT(problems_of([&] { runner({two, cascades}).dry_run(); }), refusal);
  EXPECT_THAT(problems_of([&] { runner({two, cascades}).apply(); }), refusal);
  EXPECT_EQ(database_.ask("SELECT count(*) FROM orders.lines"), "1");
  runner({two, {"0002_empty.sql", "TRUNCATE lines, orders;"}}).apply();
  EXPECT_EQ(database_.ask("SELECT count(*) FROM orders.lines"), "0");
}

TEST_F(PostgresRunner, A_constraint_that_is_checked_at_the_end_fails_the_script) {
  const Script deferred{"0002_deferred.sql",
                        "ALTER TABLE orders ADD PRIMARY KEY (id);\n"
                        "CREATE TABLE lines (id BIGINT REFERENCES orders (id) DEFERRABLE INITIALLY "
                        "DEFERRED);\nINSERT INTO lines VALUES (1);"};
  const auto refusal = ElementsAre(HasSubstr("0002_deferred.sql: insert or update on table"));
  EXPECT_THAT(problems_of([&] { runner({create, deferred}).dry_run(); }), refusal);
  EXPECT_THAT(problems_of([&] { runner({create, deferred}).apply(); }), refusal);
  EXPECT_FALSE(database_.has_table("lines"));
}

TEST_F(PostgresRunner, A_database_of_something_else_is_refused_and_left_as_it_is) {
  database_.ask("CREATE TABLE public.music (id BIGINT)");
  for (const bool dry : {true, false}) {
    EXPECT_THAT(problems_of([&] { dry ? runner({create}).dry_run() : runner({create}).apply(); }),
                ElementsAre(HasSubstr("is the database of something else")));
  }
  EXPECT_EQ(database_.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'banyan'"), "0");
}

TEST_F(PostgresRunner, A_database_of_a_newer_version_is_refused) {
  runner({create}).apply();
  database_.ask("UPDATE banyan.format SET version = 99");
  EXPECT_THAT(problems_of([&] { runner({create}).apply(); }),
              ElementsAre(HasSubstr("written by a newer version of Banyan (format 99")));
}

TEST_F(PostgresRunner, Who_says_how_long_to_wait_for_a_table_waits_no_longer) {
  runner({create}).apply();
  auto reader = postgres::Connection::open(database_.source().connection);
  reader.run("BEGIN; SELECT * FROM orders.orders");
  auto source = database_.source();
  source.connection += (source.connection.contains('?') ? "&" : "?") +
                       std::string("options=-c%20lock_timeout%3D10ms");
  const Script drop{"0002_drop.sql", "\nDROP TABLE orders;"};
  EXPECT_THAT(problems_of([&] {
                Runner(source, "runner_test", {{"orders", {create, drop}}}, system_clock()).apply();
              }),
              ElementsAre(HasSubstr("0002_drop.sql:2: canceling statement due to lock timeout")));
}

TEST_F(PostgresRunner, A_server_that_is_not_there_is_told_without_the_password) {
  const sql::DataSource nowhere{
      sql::Engine::Postgres, {}, "postgresql://me:secret@127.0.0.1:1/shop"};
  const auto texts =
      problems_of([&] { Runner(nowhere, "shop", {{"orders", {create}}}, system_clock()).apply(); });
  EXPECT_THAT(texts, ElementsAre(testing::AllOf(HasSubstr("postgresql://me@127.0.0.1:1/shop: "),
                                                HasSubstr("Is the server running"),
                                                testing::Not(HasSubstr("secret")))));
  try {
    Runner(nowhere, "shop", {{"orders", {create}}}, system_clock()).apply();
    FAIL() << "nobody is there";
  } catch (const MigrationFault& fault) {
    EXPECT_EQ(fault.error().code, ErrorCode::Unavailable) << "so that it is tried again";
  }
}

TEST_F(PostgresRunner, A_database_that_the_server_does_not_have_is_not_tried_again) {
  const sql::DataSource none{sql::Engine::Postgres, {}, test::PostgresServer::shared().url("none")};
  try {
    Runner(none, "shop", {{"orders", {create}}}, system_clock()).apply();
    FAIL() << "it is not there";
  } catch (const MigrationFault& fault) {
    EXPECT_EQ(fault.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(fault.what(), HasSubstr("database \"none\" does not exist. The server is there"));
  }
}

// The first script has ended when somebody holds the table of the second.
TEST_F(PostgresRunner, What_is_tried_again_does_not_say_that_nothing_was_changed) {
  runner({create}).apply();
  auto reader = postgres::Connection::open(database_.source().connection);
  reader.run("BEGIN; SELECT * FROM orders.orders");
  auto source = database_.source();
  source.connection += (source.connection.contains('?') ? "&" : "?") +
                       std::string("options=-c%20lock_timeout%3D10ms");
  const Script notes{"0002_notes.sql", "CREATE TABLE notes (id BIGINT);"};
  const Script drop{"0003_drop.sql", "DROP TABLE orders;"};
  try {
    Runner(source, "runner_test", {{"orders", {create, notes, drop}}}, system_clock()).apply();
    FAIL() << "the table is held";
  } catch (const MigrationFault& fault) {
    EXPECT_EQ(fault.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(fault.error().message, HasSubstr("applied before stay applied"));
  }
  EXPECT_TRUE(database_.has_table("notes"));
}

TEST_F(PostgresRunner, A_script_that_is_wrong_is_not_tried_again) {
  const Script wrong{"0001_create.sql", "CREATE TABEL orders (id TEXT);"};
  try {
    Runner(database_.source(), "runner_test", {{"orders", {wrong}}}, system_clock()).apply();
    FAIL() << "it is wrong";
  } catch (const MigrationFault& fault) {
    EXPECT_EQ(fault.error().code, ErrorCode::FailedPrecondition);
  }
}

/// Roles are the server's: names that only this process uses, gone at the end.
class UserWithoutRights : public testing::Test {
 protected:
  UserWithoutRights() { administrator("CREATE ROLE " + user_ + " LOGIN"); }
  ~UserWithoutRights() override {
    database_.reset();
    for (const std::string& role : {application_ + "_orders", application_ + "_catalog", user_}) {
      administrator("DROP ROLE IF EXISTS " + role);
    }
  }

  void administrator(const std::string& sql) {
    auto& server = test::PostgresServer::shared();
    postgres::Connection::open(database_ ? database_->url() : server.url()).run(sql);
  }
  Runner runner() {
    return Runner({sql::Engine::Postgres, {}, database_->url_as(user_)}, application_,
                  {{"catalog", {}}, {"orders", {{"0001_a.sql", "CREATE TABLE t (a TEXT);"}}}},
                  system_clock());
  }

  const std::string user_ = "banyan_user_" + std::to_string(::getpid());
  const std::string application_ = "banyan_app_" + std::to_string(::getpid());
  std::optional<test::PostgresDatabase> database_{test::PostgresServer::shared().make_database()};
};

TEST_F(UserWithoutRights, Is_given_the_SQL_with_which_an_administrator_helps) {
  const auto texts = problems_of([&] { runner().apply(); });
  ASSERT_THAT(texts, SizeIs(1));
  for (const std::string& part : {"CREATE ROLE \"" + application_ + "_orders\" NOLOGIN;",
                                  "CREATE ROLE \"" + application_ + "_catalog\" NOLOGIN;",
                                  "GRANT \"" + application_ + "_orders\" TO \"" + user_ + "\";",
                                  std::string("GRANT CREATE ON DATABASE")}) {
    EXPECT_THAT(texts[0], HasSubstr(part));
  }
  administrator(texts[0].substr(texts[0].find("\n\n")));
  EXPECT_THAT(runner().dry_run(), SizeIs(1));
  EXPECT_THAT(runner().apply(), SizeIs(1));
  EXPECT_THAT(runner().apply(), IsEmpty());
}

TEST_F(UserWithoutRights, With_CREATEROLE_makes_the_roles_itself) {
  administrator("ALTER ROLE " + user_ + " CREATEROLE; GRANT CREATE ON DATABASE " +
                database_->name() + " TO " + user_);
  EXPECT_THAT(runner().apply(), SizeIs(1));
}

}  // namespace
}  // namespace banyan::migrations
