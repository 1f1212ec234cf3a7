// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "banyan/postgres/connection.hpp"
#include "banyan/sql/data_source.hpp"
#include "banyan/test/temporary_database.hpp"
#include "support/postgres_server.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::migrations {

/// A database of either engine that the runner has not seen yet, and a look at it from outside.
class EngineDatabase {
 public:
  explicit EngineDatabase(sql::Engine engine) : engine_(engine) {
    if (engine_ == sql::Engine::Postgres) {
      database_.emplace(test::PostgresServer::shared().make_database());
    }
  }

  sql::Engine engine() const { return engine_; }
  sql::DataSource source() const {
    if (database_) return {engine_, {}, database_->url()};
    return {engine_, file(), {}};
  }
  std::filesystem::path file() const { return folder_.path() / "shop.db"; }

  /// The last value of the last statement. Names are found in any module's schema.
  std::string ask(const std::string& sql) const {
    if (!database_) return test::RawSqlite(file()).run(sql);
    auto connection = postgres::Connection::open(database_->url());
    connection.run(
        "SET search_path = orders, shared, catalog, warehouse, payments, shipping, public");
    return connection.text(sql);
  }

  bool has_table(const std::string& name) const {
    return ask(database_ ? "SELECT to_regclass('" + name + "') IS NOT NULL"
                         : "SELECT count(*) FROM sqlite_master WHERE name = '" + name + "'") ==
           (database_ ? "t" : "1");
  }

  std::string history() const { return database_ ? "banyan.migrations" : "banyan_migrations"; }

 private:
  sql::Engine engine_;
  test::TemporaryFolder folder_{test::memory_folder()};
  std::optional<test::PostgresDatabase> database_;
};

/// What the runner said when it refused; fails when it did not.
template <typename Action>
std::vector<std::string> problems_of(Action action) {
  std::vector<std::string> texts;
  try {
    action();
    ADD_FAILURE() << "not refused";
  } catch (const MigrationFault& fault) {
    for (const auto& problem : fault.problems()) texts.push_back(problem.text());
  }
  return texts;
}

}  // namespace banyan::migrations
