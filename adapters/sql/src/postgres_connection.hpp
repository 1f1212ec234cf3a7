// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/postgres/fault.hpp"
#include "soci_connection.hpp"
#include "statement_guard.hpp"

namespace banyan::sql {

/// What a module's transactions run as: the role whose grants are the ownership guard, and where
/// its tables are found. Both as they stand in SQL.
struct ModuleScope {
  std::string role;
  std::string search_path;
};

/// A SOCI session on a PostgreSQL server. What SOCI has no word for is done through
/// adapters/postgres on its connection: the columns of a prepared statement, and the parts of an
/// error (SOCI's text holds the server's details, and those hold values).
class PostgresConnection final : public SociConnection {
 public:
  /// Waits for the server to answer, see postgres::with_time_limits(), and for the names of its
  /// machine. Throws Fault.
  PostgresConnection(const DataSource& source, Ownership& ownership);
  ~PostgresConnection() override;

  enum class Mode : std::uint8_t {
    Read,  ///< REPEATABLE READ READ ONLY: one snapshot
    Write  ///< SERIALIZABLE: as if it were alone, as on SQLite
  };
  /// One round trip. From here on no statement runs beyond `left`.
  void begin(Mode mode, const ModuleScope& scope, std::chrono::milliseconds left);

  std::expected<std::int64_t, Constraint> try_execute(std::size_t module, std::string_view sql,
                                                      std::span<Value> values) override;
  Engine engine() const override { return Engine::Postgres; }
  bool has_table(std::string_view name) override;
  bool in_transaction() const override;
  void commit() override;
  void roll_back() noexcept override;

  /// The server is gone, or this connection is: it is of no use any more.
  bool is_lost() const noexcept;

 private:
  void about_to_run(std::size_t module, std::string_view sql) override;
  void check_prepared(std::size_t module, std::string_view sql, Prepared& prepared) override;
  void check_row(std::size_t module, std::string_view sql, SociStatement& statement) override;
  void end_run(SociStatement& statement) noexcept override;
  Fault fault_from(std::size_t module, std::string_view sql, const soci::soci_error& error,
                   SociStatement* statement) override;

  void command(const std::string& sql);
  Fault fault(std::size_t module, std::string_view sql, const postgres::Fault& fault);
  void name_columns(Constraint& constraint);
  ::pg_conn* native() const;

  StatementGuard guard_;
  bool writes_ = false;
  bool statements_are_stale_ = false;  ///< prepared before a migration
  std::uint64_t savepoints_ = 0;
};

}  // namespace banyan::sql
