// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "banyan/sql/module_database.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "contract/shipping/shipping_world.hpp"
#include "support/postgres_server.hpp"

namespace banyan::sql {
class Database;
}

namespace banyan::contract {

/// A database with shipping's tables and nothing else.
class ShippingDatabase {
 public:
  /// Sqlite or Postgres.
  ShippingDatabase(Keeping keeping, const Clock& clock);
  ~ShippingDatabase();

  sql::ModuleDatabase& module() { return *module_; }

 private:
  test::TemporaryFolder folder_;
  std::optional<test::PostgresDatabase> server_;
  std::unique_ptr<sql::Database> database_;
  std::optional<sql::ModuleDatabase> module_;
};

}  // namespace banyan::contract
