// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "unit/sql/engine_under_test.hpp"

namespace banyan::sql {
namespace {

using test::order_tables;
using test::soon;
using testing::HasSubstr;
using testing::Not;
using Number = std::int64_t;

/// What is PostgreSQL's own.
class PostgresTest : public testing::Test {
 protected:
  Number orders() {
    return orders_.read(soon(), [](Session& session) {
      return session.value<Number>("SELECT count(*) FROM orders").value();
    });
  }
  Result<Number> add(Number id) {
    return orders_.write(soon(), [id](Session& session) -> Result<Number> {
      return session.run("INSERT INTO orders(id) VALUES (:id)", id);
    });
  }
  std::string refusal(std::string_view sql) {
    try {
      const auto done = orders_.write(soon(), [sql](Session& session) -> Result<void> {
        session.run(sql);
        return {};
      });
      return done ? "allowed" : done.error().rule;
    } catch (const Fault& fault) {
      return fault.what();
    }
  }

  test::EngineUnderTest engine_{Engine::Postgres};
  ModuleDatabase orders_ = engine_.database().connect("orders", order_tables());
};

TEST_F(PostgresTest, Denies_foreign_tables_with_the_message_of_every_engine) {
  const std::string text = refusal("DELETE FROM tracks");
  EXPECT_THAT(text, HasSubstr("module 'orders' deletes from 'tracks'"));
  EXPECT_THAT(text, HasSubstr("Ask the port of the module that owns 'tracks'"));
  EXPECT_THAT(refusal("INSERT INTO tracks VALUES ('a', 'b', 1)"),
              HasSubstr("inserts into 'tracks'"));
  EXPECT_THAT(refusal("UPDATE tracks SET price = 1"), HasSubstr("updates 'tracks'"));
  EXPECT_THAT(refusal("UPDATE orders SET key = title FROM tracks"), HasSubstr("'tracks'"));
}

TEST_F(PostgresTest, Lets_no_statement_lay_the_modules_role_down) {
  for (const std::string_view sql :
       {"RESET ROLE", "SET ROLE postgres", "SET LOCAL ROLE postgres", "COMMIT", "SAVEPOINT mine",
        "DISCARD ALL", "SELECT set_config('role', 'none', true)"}) {
    EXPECT_THAT(refusal(sql), HasSubstr("transactions and settings")) << sql;
  }
  EXPECT_THAT(refusal("CREATE TABLE mine (id BIGINT)"), HasSubstr("migrations/orders/"));
  EXPECT_THAT(refusal("TRUNCATE orders"), HasSubstr("migrations/orders/"));
}

TEST_F(PostgresTest, Allows_the_violations_of_the_baseline) {
  const auto again = engine_.open_again();
  auto module = again->connect("orders", order_tables(), {{"tracks", "picks has a foreign key"}});
  EXPECT_TRUE(module.write(soon(), [](Session& session) -> Result<Number> {
    return session.run("INSERT INTO picks VALUES (1, 'trk_1')");
  }));
}

TEST_F(PostgresTest, Units_that_wait_for_a_lock_hold_up_no_other_module_and_no_read) {
  constexpr std::size_t kWriters = 2;
  const auto shop = engine_.open_again({.writers = kWriters});
  auto orders = shop->connect("orders", order_tables());
  auto catalog = shop->connect("catalog", {"tracks"});
  const auto write = [](ModuleDatabase& module, std::string_view sql) {
    return std::async(std::launch::async, [&module, sql] {
      return module
          .write(soon(), [&](Session& session) -> Result<Number> { return session.run(sql); })
          .has_value();
    });
  };
  std::vector<std::future<bool>> waiting;
  {
    auto somebody = postgres::Connection::open(engine_.server().url());
    somebody.run("BEGIN; SELECT n FROM orders.counter FOR UPDATE");
    for (std::size_t i = 0; i < kWriters; ++i) {
      waiting.push_back(write(orders, "UPDATE counter SET n = n"));
    }
    auto watch = postgres::Connection::open(engine_.server().url());
    while (watch.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                      "AND wait_event_type = 'Lock'") != std::to_string(kWriters)) {
      std::this_thread::yield();
    }
    auto wrote = write(catalog, "UPDATE tracks SET price = 1");
    EXPECT_EQ(wrote.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(orders.read(
                  soon(),
                  [](Session& session) { return session.value<Number>("SELECT n FROM counter"); }),
              0);
    somebody.run("ROLLBACK");
  }
  for (auto& each : waiting) EXPECT_TRUE(each.get());
}

TEST_F(PostgresTest, Units_in_each_others_way_run_again_until_both_are_done) {
  std::vector<std::future<void>> done;
  for (int i = 0; i < 8; ++i) {
    done.push_back(std::async(std::launch::async, [this] {
      for (int n = 0; n < 5; ++n) {
        const auto counted = orders_.write(soon(), [](Session& session) -> Result<Number> {
          const Number now = *session.value<Number>("SELECT n FROM counter");
          return session.run("UPDATE counter SET n = :n", now + 1);
        });
        EXPECT_TRUE(counted);
      }
    }));
  }
  for (auto& one : done) one.get();
  EXPECT_EQ(
      orders_.read(soon(), [](Session& s) { return s.value<Number>("SELECT n FROM counter"); }),
      40);
}

TEST_F(PostgresTest, Comes_back_after_its_connections_were_ended) {
  ASSERT_TRUE(add(1));
  EXPECT_EQ(orders(), 1);
  test::PostgresServer::shared().kill_backends(engine_.server().name());
  EXPECT_TRUE(add(2));
  EXPECT_EQ(orders(), 2);
}

TEST_F(PostgresTest, A_deferred_constraint_that_breaks_at_the_commit_is_told) {
  try {
    (void)orders_.write(soon(), [](Session& session) -> Result<Number> {
      return session.run("INSERT INTO promises VALUES (12345)");
    });
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::Constraint);
    EXPECT_THAT(fault.what(), Not(HasSubstr("12345")));
  }
}

TEST_F(PostgresTest, A_transaction_that_a_lease_left_open_is_rolled_back) {
  EXPECT_THROW(orders_.read(soon(), [](Session&) { throw std::logic_error("bug"); }),
               std::logic_error);
  EXPECT_THROW((void)orders_.write(soon(),
                                   [](Session& session) -> Result<void> {
                                     session.run("INSERT INTO orders(id) VALUES (1)");
                                     throw std::logic_error("bug");
                                   }),
               std::logic_error);
  EXPECT_EQ(orders(), 0);
}

TEST_F(PostgresTest, A_server_that_is_not_there_is_named_without_the_password) {
  const auto source =
      DataSource::parse("postgresql://shop:secret@127.0.0.1:1/shop?connect_timeout=1").value();
  try {
    (void)Database::open(source);
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::ConnectionLost);
    EXPECT_THAT(fault.what(), HasSubstr("127.0.0.1"));
    EXPECT_THAT(fault.what(), Not(HasSubstr("secret")));
  }
}

TEST_F(PostgresTest, Somebody_elses_database_is_refused_and_left_as_it_is) {
  auto theirs = test::PostgresServer::shared().make_database();
  auto owner = postgres::Connection::open(theirs.url());
  owner.run("CREATE TABLE music (id BIGINT)");
  try {
    (void)Database::open({Engine::Postgres, {}, theirs.url()});
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("the database of something else"));
  }
  EXPECT_EQ(owner.text("SELECT count(*) FROM pg_namespace WHERE nspname = 'banyan'"), "0");
}

TEST_F(PostgresTest, A_database_of_a_newer_version_is_refused) {
  postgres::Connection::open(engine_.server().url()).run("UPDATE banyan.format SET version = 99");
  try {
    (void)engine_.open_again();
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("newer version of Banyan (format 99"));
  }
}

TEST_F(PostgresTest, A_role_that_cannot_be_made_tells_what_an_administrator_runs) {
  auto fresh = test::PostgresServer::shared().make_database();
  auto owner = postgres::Connection::open(fresh.url());
  const std::string user = "weak_" + fresh.name();
  owner.run("CREATE ROLE \"" + user + "\" LOGIN; GRANT CREATE ON DATABASE \"" + fresh.name() +
            "\" TO \"" + user + "\"");
  const auto database =
      Database::open({Engine::Postgres, {}, fresh.url_as(user)}, {.application = fresh.name()});
  try {
    (void)database->connect("orders", order_tables());
    ADD_FAILURE();
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("CREATE ROLE \"" + fresh.name() + "_orders\" NOLOGIN;"));
    EXPECT_THAT(fault.what(), HasSubstr("TO \"" + user + "\";"));
  }
  owner.run("REVOKE CREATE ON DATABASE \"" + fresh.name() + "\" FROM \"" + user +
            "\"; DROP ROLE \"" + user + "\"");
}

TEST_F(PostgresTest, Statements_of_before_a_migration_are_prepared_again) {
  ASSERT_TRUE(add(1));
  EXPECT_EQ(orders_.read(
                soon(), [](Session& s) { return s.all<Number>("SELECT id FROM own_view").size(); }),
            1U);
  postgres::Connection::open(engine_.server().url())
      .run(
          "DROP VIEW orders.own_view; CREATE VIEW orders.own_view AS SELECT id::text AS id, total "
          "FROM orders.orders");
  EXPECT_THROW(
      orders_.read(soon(), [](Session& s) { return s.all<Number>("SELECT id FROM own_view"); }),
      Fault);
  EXPECT_EQ(orders(), 1);
}

}  // namespace
}  // namespace banyan::sql
