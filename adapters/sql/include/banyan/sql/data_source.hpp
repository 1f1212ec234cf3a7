// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "banyan/kernel/result.hpp"

namespace banyan::sql {

enum class Engine : std::uint8_t { Sqlite, Postgres };
std::string_view to_string(Engine engine);  ///< "sqlite", "postgresql"

/// Where a database is.
struct DataSource {
  Engine engine = Engine::Sqlite;
  std::filesystem::path file;  ///< SQLite
  std::string connection;      ///< PostgreSQL: a libpq URI or "key=value …"; may hold a password

  /// "var/shop.db" and "sqlite:var/shop.db" are files, "postgresql://…" (also "postgres://…") and
  /// "host=… dbname=…" are databases of a server. InvalidArgument "banyan.bad_data_source".
  static Result<DataSource> parse(std::string_view text);

  /// For people and logs: never a password.
  std::string display() const;
  friend bool operator==(const DataSource&, const DataSource&) = default;
};

}  // namespace banyan::sql
