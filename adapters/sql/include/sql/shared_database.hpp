// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/clock.hpp"
#include "sql/module_database.hpp"

namespace banyan::sql {

/// A table of another module that a module still touches: the baseline that may only shrink.
struct Crossing {
  std::string table;
  std::string reason;  ///< why it is still so; never empty
};

/// What the ownership guard does about a statement that touches another module's table.
enum class Guarding : std::uint8_t {
  Deny,  ///< the statement is a Fault
  Log,   ///< it runs, and Options::on_violation is told, once for each statement and table
};

/// A statement that touched what its module does not own.
struct Violation {
  std::string module;
  std::string table;
  std::string action;     ///< "reads", "inserts into", "updates", "deletes from", …
  std::string via;        ///< the view or trigger through which it happens; "" when directly
  std::string statement;  ///< its text, without values
  /// The whole story and the next step.
  std::string message() const;
};

struct Options {
  Guarding guarding = Guarding::Deny;
  std::function<void(const Violation&)> on_violation = {};  ///< called on any thread
  std::size_t queued_writes = 1024;                         ///< more is ResourceExhausted
  std::size_t readers_per_module = 4;    ///< connections kept; more readers wait for one
  const Clock* clock = &system_clock();  ///< what deadlines are read on
};

/// Figures since the file was opened.
struct WriterFigures {
  std::uint64_t units = 0;    ///< units of work committed
  std::uint64_t commits = 0;  ///< group commits that they needed
  std::uint64_t singly = 0;   ///< units run again alone, because their group could not commit
  std::size_t queued = 0;     ///< units that wait now
};

/// A statement that a module runs, without values.
struct ModuleStatement {
  std::string module;
  std::string sql;
  Timestamp last_run;  ///< to the second or so
};

/// One SQLite file that several modules share, as this process sees it, together with the files
/// that modules have moved to. All writes of the process to one file go through one thread, in
/// the order of their arrival; between processes a file lock decides. Several processes may have
/// the same file open. Safe for concurrent use; outlives every door.
class SharedDatabase {
 public:
  /// Opens the file, and creates it when it is missing (its folder must exist). Throws Fault with
  /// the file's name and the next step when it is not a database, cannot be written, is a folder …
  explicit SharedDatabase(const std::filesystem::path& file, const Options& options = {});
  /// Finishes what is queued.
  ~SharedDatabase();
  SharedDatabase(const SharedDatabase&) = delete;
  SharedDatabase& operator=(const SharedDatabase&) = delete;

  /// `module` may touch `tables` and the tables of its crossings, and nothing else. Throws
  /// Fault{Misuse} for a crossing without a reason and for a module that has a door already with
  /// other tables.
  ModuleDatabase door(const std::string& module, const std::vector<std::string>& tables,
                      const std::vector<Crossing>& crossings = {});

  const std::filesystem::path& file() const;
  WriterFigures figures() const;

  /// Every different statement that modules have run so far in this process, by module: what a
  /// search for statements that cross modules reads.
  std::vector<ModuleStatement> statements() const;

  /// The file where the module's tables are now: the shared one, or where the fence points to.
  std::filesystem::path place_of(const std::string& module) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::sql
