// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "script_rules.hpp"

namespace banyan::migrations {

/// A name in the script is not there: a pending script of another module may make it.
class UnknownNameFault final : public MigrationFault {
 public:
  using MigrationFault::MigrationFault;
};

/// One script's transaction, in the database that holds its module's tables. Rolled back unless
/// committed. Everything throws MigrationFault.
class ScriptTransaction {
 public:
  ScriptTransaction() = default;
  virtual ~ScriptTransaction() = default;
  ScriptTransaction(const ScriptTransaction&) = delete;
  ScriptTransaction& operator=(const ScriptTransaction&) = delete;

  virtual std::string place() const = 0;
  virtual History history() = 0;
  virtual void run() = 0;
  /// Writes the script into the history.
  virtual void remember(Timestamp at) = 0;
  /// In a rehearsal: keeps the changes for the scripts that follow.
  virtual void commit() = 0;
};

enum class Access : std::uint8_t {
  Read,      ///< nothing is written, and nothing made
  Rehearse,  ///< everything is rolled back when the ScriptDatabase goes
  Apply
};

/// Where scripts are applied and remembered: what an engine does in its own way. Used by one
/// thread. Everything throws MigrationFault.
class ScriptDatabase {
 public:
  ScriptDatabase() = default;
  virtual ~ScriptDatabase() = default;
  ScriptDatabase(const ScriptDatabase&) = delete;
  ScriptDatabase& operator=(const ScriptDatabase&) = delete;

  /// Where the module's tables are, for people and logs.
  virtual std::string place_of(const std::string& module) = 0;
  /// Empty while there is no database.
  virtual History history_of(const std::string& module) = 0;
  /// With Rehearse or Apply; both are kept by reference. Waits for whoever writes.
  virtual std::unique_ptr<ScriptTransaction> begin(const std::string& module,
                                                   const EngineScript& script) = 0;
};

/// Refuses, untouched, a database of something else and one of a newer version. With Rehearse and
/// Apply the engine makes what precedes the scripts: on PostgreSQL schemas, roles and grants of
/// these modules.
std::unique_ptr<ScriptDatabase> open_sqlite(const std::filesystem::path& shared_file, Access access,
                                            std::chrono::milliseconds wait_for_writers);
std::unique_ptr<ScriptDatabase> open_postgres(const sql::DataSource& source,
                                              const std::string& application,
                                              const std::vector<std::string>& modules,
                                              Access access);

}  // namespace banyan::migrations
