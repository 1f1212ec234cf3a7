// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "banyan/postgres/connection.hpp"
#include "banyan/postgres/module_schemas.hpp"
#include "support/postgres_server.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {

inline void PrintTo(Engine engine, std::ostream* out) { *out << to_string(engine); }

}  // namespace banyan::sql

namespace banyan::test {

/// The two modules of shop_tables.hpp in a fresh database of an engine.
class EngineUnderTest {
 public:
  explicit EngineUnderTest(sql::Engine engine, sql::Options options = {}) {
    options.application = "test";
    if (engine == sql::Engine::Sqlite) {
      file_.emplace(shop_scripts(), options);
      return;
    }
    server_.emplace(PostgresServer::shared().make_database());
    source_ = {sql::Engine::Postgres, {}, server_->url()};
    fill();
    database_ = sql::Database::open(source_, options);
  }

  sql::Database& database() { return file_ ? file_->shared() : *database_; }
  /// PostgreSQL only.
  const PostgresDatabase& server() const { return *server_; }
  std::unique_ptr<sql::Database> open_again(sql::Options options = {}) {
    options.application = "test";
    return sql::Database::open(database().source(), options);
  }

 private:
  void fill() {
    auto owner = postgres::Connection::open(server_->url());
    const std::vector<std::string> modules = {"catalog", "orders"};
    postgres::make_schemas(owner, "test", modules);
    for (const auto& [module, script] : postgres_shop_scripts()) {
      owner.run("SET search_path = " + postgres::search_path_of(module, modules));
      owner.run(std::string(script));
    }
  }

  std::optional<TemporaryDatabase> file_;
  std::optional<PostgresDatabase> server_;
  sql::DataSource source_;
  std::unique_ptr<sql::Database> database_;
};

inline const auto both_engines = testing::Values(sql::Engine::Sqlite, sql::Engine::Postgres);
inline constexpr auto name_of_engine = [](const auto& info) {
  return std::string(to_string(info.param));
};

}  // namespace banyan::test
