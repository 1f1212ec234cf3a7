// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "banyan/placement/placement_table.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/statement.hpp"
#include "soci_connection.hpp"
#include "statement_guard.hpp"

namespace banyan::sqlite {
class Authorizer;
}

namespace banyan::sql {

/// A SOCI session on an SQLite file. What SOCI has no word for is done natively, on the handle of
/// its session, through adapters/sqlite: settings, the authorizer behind the ownership guard,
/// extended result codes, the deadline, a value's storage class, and ending a statement early.
class SqliteConnection final : public SociConnection {
 public:
  enum class Use : std::uint8_t { Read, Write };

  /// Throws Fault, see Database::open().
  SqliteConnection(const std::filesystem::path& file, Use use, Ownership& ownership);
  ~SqliteConnection() override;

  std::expected<std::int64_t, Constraint> try_execute(std::size_t module, std::string_view sql,
                                                      std::span<Value> values) override;

  Engine engine() const override { return Engine::Sqlite; }
  bool has_table(std::string_view name) override;

  /// The kit's own statements without values.
  void command(std::string_view sql) { execute(Ownership::kKit, sql, {}); }
  void begin_immediate();  ///< Fault{Busy} after the busy time-out
  void begin_snapshot();
  void commit() override;
  void roll_back() noexcept override;
  bool in_transaction() const override;

  /// Statements that run longer are broken off with Fault{Deadline}.
  void set_deadline(SteadyTime deadline, const Clock& clock);
  void clear_deadline() noexcept;

  /// Where modules' tables are, as this file says inside the transaction that is open here.
  placement::Placement placement_of(std::string_view module);
  std::optional<placement::Gate> gate_of(std::string_view module);
  /// What the kit keeps in every file: the ledger, in the shared one the placements, and the mark
  /// of the format.
  bool has_tables_of_kit(bool shared);
  bool is_marked();
  void make_tables_of_kit(bool shared);  ///< and marks the file

  /// Writes what is there already: fails when the file cannot be written.
  void write_mark();

  /// To how many bytes SQLite cuts the write-ahead log when it begins it anew.
  void limit_wal(std::uintmax_t bytes);
  /// Writes the write-ahead log back and makes its file empty, if within `wait` nobody reads from
  /// it and nobody else writes; as much of it as possible is written back in any case.
  sqlite::CheckpointResult cut_wal(std::chrono::milliseconds wait);

  /// Looks at the file once, which is when a snapshot really begins.
  void touch();

  /// The file is no longer the one that was opened: renamed, removed or replaced.
  bool moved() const noexcept;

 private:
  void about_to_run(std::size_t module, std::string_view sql) override;
  void check_prepared(std::size_t module, std::string_view sql, Prepared& prepared) override;
  void check_row(std::size_t module, std::string_view sql, SociStatement& statement) override;
  void end_run(SociStatement& statement) noexcept override;
  Fault fault_from(std::size_t module, std::string_view sql, const soci::soci_error& error,
                   SociStatement* statement) override;

  void open();
  void set_up();
  void setting(std::string_view sql, std::string_view wanted);
  Fault fault(std::size_t module, std::string_view sql, const sqlite::Fault& fault);
  void settle();

  const std::filesystem::path file_;
  const Use use_;
  StatementGuard guard_;
  std::unique_ptr<sqlite::Connection> native_;  // a view of SOCI's handle
  std::unique_ptr<sqlite::Authorizer> authorizer_;
  std::optional<placement::PlacementReader> placements_;
  bool begun_ = false;
};

}  // namespace banyan::sql
