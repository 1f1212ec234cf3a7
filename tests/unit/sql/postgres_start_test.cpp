// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <signal.h>

#include <future>
#include <optional>
#include <string>
#include <thread>

#include "banyan/sql/fault.hpp"
#include "unit/sql/engine_under_test.hpp"

namespace banyan::sql {
namespace {

using test::order_tables;
using testing::HasSubstr;
using testing::Not;

std::string with(std::string url, const std::string& parameter) {
  url += url.contains('?') ? '&' : '?';
  return url + parameter;
}

/// What a program is told that starts on this database.
std::optional<Fault> fault_at_start(const std::string& url) {
  try {
    (void)Database::open({Engine::Postgres, {}, url});
  } catch (const Fault& fault) {
    return fault;
  }
  return std::nullopt;
}

void expect_configuration(const std::string& url, const std::string& words) {
  const auto fault = fault_at_start(url);
  ASSERT_TRUE(fault) << "it has started";
  EXPECT_EQ(fault->kind(), FaultKind::NotADatabase) << fault->what();
  EXPECT_EQ(fault->error().code, ErrorCode::Internal) << "a restart would not help";
  EXPECT_THAT(fault->what(), HasSubstr(words));
  EXPECT_THAT(fault->what(), Not(HasSubstr("Is the server running")));
}

void expect_temporary(const std::optional<Fault>& fault, FaultKind kind) {
  ASSERT_TRUE(fault) << "it has started";
  EXPECT_EQ(fault->kind(), kind) << fault->what();
  EXPECT_EQ(fault->error().code, ErrorCode::Unavailable) << "a restart helps";
}

/// A server of its own, which asks the role "locked" for a password.
class StartOnPostgres : public testing::Test {
 protected:
  void ask_for_a_password() {
    postgres::Connection::open(server_.url())
        .run(
            "CREATE ROLE locked LOGIN PASSWORD 'right';"
            "DO $do$ BEGIN EXECUTE format('COPY (VALUES (''local all locked scram-sha-256''), "
            "(''local all all trust'')) TO %L', current_setting('hba_file')); END $do$");
    server_.restart();
  }

  test::PostgresServer server_;
};

TEST_F(StartOnPostgres, A_wrong_password_is_the_configurations_and_told_without_it) {
  ask_for_a_password();
  const std::string url = server_.url("postgres", "locked");
  EXPECT_FALSE(fault_at_start(with(url, "password=right")));
  expect_configuration(with(url, "password=wrong"), "password authentication failed");
  expect_configuration(url, "no password supplied");
  EXPECT_THAT(fault_at_start(with(url, "password=wrong"))->what(), Not(HasSubstr("=wrong")));
}

TEST_F(StartOnPostgres, A_database_a_role_or_an_option_that_is_not_there_is_the_configurations) {
  expect_configuration(server_.url("none"), "database \"none\" does not exist");
  expect_configuration(server_.url("postgres", "nobody"), "role \"nobody\" does not exist");
  expect_configuration(with(server_.url(), "sslmod=disable"), "\"sslmod\"");
  expect_configuration(with(server_.url(), "sslmode=sometimes"), "\"sometimes\"");
  expect_configuration(with(server_.url(), "options=-c%20lock_timeot%3D1"), "\"lock_timeot\"");
}

TEST_F(StartOnPostgres, A_server_that_is_stopped_is_away) {
  server_.kill_9();
  const auto fault = fault_at_start(server_.url());
  expect_temporary(fault, FaultKind::ConnectionLost);
  EXPECT_THAT(fault->what(), HasSubstr("Is the server running"));
}

TEST_F(StartOnPostgres, A_server_that_lets_nobody_in_while_it_stops_is_away) {
  // It waits for this one before it stops.
  auto last = postgres::Connection::open(server_.url());
  const int server =
      std::stoi(last.text("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"));
  ASSERT_EQ(::kill(server, SIGTERM), 0);
  std::optional<Fault> fault;
  while (!fault) fault = fault_at_start(server_.url());
  expect_temporary(fault, FaultKind::ConnectionLost);
  EXPECT_THAT(fault->what(), HasSubstr("shutting down"));
  EXPECT_EQ(last.text("SELECT 1"), "1");
}

TEST_F(StartOnPostgres, A_server_that_has_too_many_connections_is_busy) {
  postgres::Connection::open(server_.url()).run("CREATE ROLE late LOGIN CONNECTION LIMIT 0");
  const auto fault = fault_at_start(server_.url("postgres", "late"));
  expect_temporary(fault, FaultKind::Busy);
  EXPECT_THAT(fault->what(), HasSubstr("too many connections"));
}

/// Programs that start at once on the database of an application.
class StartsAtOnce : public testing::Test {
 protected:
  std::string impatient() const {
    return with(engine_.server().url(), "options=-c%20lock_timeout%3D10ms");
  }
  postgres::Connection somebody() const {
    return postgres::Connection::open(engine_.server().url());
  }

  test::EngineUnderTest engine_{Engine::Postgres};
};

TEST_F(StartsAtOnce, Who_finds_the_kits_tables_held_finds_a_busy_database) {
  auto holder = somebody();
  holder.run("BEGIN; LOCK TABLE banyan.format IN ACCESS EXCLUSIVE MODE");
  expect_temporary(fault_at_start(impatient()), FaultKind::Busy);
}

TEST_F(StartsAtOnce, Who_finds_another_at_the_schemas_finds_a_busy_database) {
  auto holder = somebody();
  holder.run("BEGIN");
  postgres::make_schemas_in_transaction(holder, "test", {"orders"});
  const auto database =
      Database::open({Engine::Postgres, {}, impatient()}, {.application = "test"});
  std::optional<Fault> fault;
  try {
    (void)database->connect("orders", order_tables());
  } catch (const Fault& thrown) {
    fault = thrown;
  }
  expect_temporary(fault, FaultKind::Busy);
}

TEST_F(StartsAtOnce, Who_grants_what_another_grants_is_in_its_way) {
  auto first = somebody();
  first.run("BEGIN");
  postgres::grant_violation(first, "test", "orders", "tracks");
  auto waiting = std::async(std::launch::async, [this]() -> std::optional<Fault> {
    try {
      (void)engine_.open_again()->connect("orders", order_tables(), {{"tracks", "picks"}});
    } catch (const Fault& fault) {
      return fault;
    }
    return std::nullopt;
  });
  auto watch = somebody();
  while (watch.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND wait_event_type = 'Lock'") != "1") {
    std::this_thread::yield();
  }
  first.run("COMMIT");
  expect_temporary(waiting.get(), FaultKind::Serialization);
}

}  // namespace
}  // namespace banyan::sql
