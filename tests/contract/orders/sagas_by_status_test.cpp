// SPDX-License-Identifier: Apache-2.0
// What it takes to list the sagas of a status does not grow with those that are over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "banyan/postgres/connection.hpp"
#include "banyan/sql/sagas.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "data/shop_database.hpp"
#include "support/postgres_server.hpp"

namespace banyan::contract {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::array kFew{SagaStatus::Active, SagaStatus::Stuck, SagaStatus::Undone};

std::string listing(SagaStatus status) {
  return "SELECT * FROM orders_sagas " + sql::Sagas::which_are(status);
}

std::string with(std::string text, const std::string& parameter, const std::string& value) {
  return text.replace(text.find(parameter), parameter.size(), value);
}

TEST(SagasByStatus, AreFoundByAnIndexInSqlite) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "shop.db";
  const recordshop::ShopDatabase shop(file, system_clock());
  const auto database = sqlite::Connection::open(file, sqlite::OpenMode::Read);
  const auto plan_of = [&](SagaStatus status) {
    constexpr int kDetail = 3;
    std::string plan;
    for (auto row = database.query("EXPLAIN QUERY PLAN " + listing(status)); row.step();) {
      plan += row.text(kDetail) + '\n';
    }
    return plan;
  };

  for (const SagaStatus status : kFew) {
    EXPECT_EQ(plan_of(status),
              "SEARCH orders_sagas USING INDEX orders_sagas_by_status (status=? AND id<?)\n");
  }
  EXPECT_THAT(plan_of(SagaStatus::Done), AllOf(HasSubstr("(id<?)"), Not(HasSubstr("B-TREE"))))
      << "the newest first, and nearly all of them are done";
}

TEST(SagasByStatus, AreFoundByAnIndexInPostgreSql) {
  const test::PostgresDatabase server = test::PostgresServer::shared().make_database();
  const recordshop::ShopDatabase shop(sql::DataSource{sql::Engine::Postgres, {}, server.url()},
                                      system_clock());
  auto database = postgres::Connection::open(server.url());
  database.run("SET search_path = orders");
  database.run(
      "INSERT INTO orders_sagas (id, name, version, subject, status, phase, step, attempts,"
      " outages, blocked_on, holder, epoch, clock_of, waits_until, began_at, correlation_id,"
      " traceparent) SELECT 'sag_' || lpad(n::text, 32, '0'), 'place_order', 1, 'order ' || n,"
      " 'done', 'forward', 5, 0, 0, '', '', 1, '', 0, n, '', '' FROM generate_series(1, 5000) AS "
      "n");
  database.run("ANALYZE orders_sagas");

  for (const auto& [status, word] :
       {std::pair{SagaStatus::Active, "'active'"}, std::pair{SagaStatus::Stuck, "'stuck'"},
        std::pair{SagaStatus::Undone, "'undone'"}}) {
    const std::string asked =
        with(with(with(listing(status), ":status", word), ":before", "'~'"), ":limit", "200");
    std::string plan;
    for (const auto& row : database.rows("EXPLAIN " + asked)) plan += row.at(0) + '\n';
    EXPECT_THAT(plan, AllOf(HasSubstr("using orders_sagas_"), Not(HasSubstr("Seq Scan"))))
        << word
        << ": an index of the few that are not over, of this status or by when they are due";
  }
}

}  // namespace
}  // namespace banyan::contract
