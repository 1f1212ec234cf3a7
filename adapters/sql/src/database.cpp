// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/database.hpp"

#include "postgres_database.hpp"
#include "sqlite_database.hpp"

namespace banyan::sql {

std::unique_ptr<Database> Database::open(const DataSource& source, const Options& options) {
  if (source.engine == Engine::Postgres) {
    return std::make_unique<PostgresDatabase>(source, options);
  }
  return std::make_unique<SqliteDatabase>(source, options);
}

}  // namespace banyan::sql
