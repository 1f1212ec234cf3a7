// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/sql/data_source.hpp"
#include "banyan/sql/module_database.hpp"

namespace banyan::sql {

/// A table of another module that a module still touches: the baseline that may only shrink.
struct BoundaryViolation {
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
  std::string application = "banyan";  ///< PostgreSQL: modules' roles begin with it
  Guarding guarding = Guarding::Deny;  ///< PostgreSQL: Deny only
  std::function<void(const Violation&)> on_violation = {};  ///< called on any thread
  /// Told what went wrong on a thread of the database's own, which goes on; called there.
  std::function<void(std::string_view what)> on_fault = {};
  /// SQLite: told what is wrong when the shared file is not at its path any more, so that nothing
  /// is changed, and "" when it is again; called on a thread of the database's own.
  std::function<void(const std::string& problem)> on_replaced = {};
  std::size_t queued_writes = 1024;     ///< units that may wait; more is ResourceExhausted
  std::size_t readers_per_module = 4;   ///< SQLite: connections kept; more readers wait for one
  std::uintmax_t wal_limit = 64 << 20;  ///< SQLite: a larger log is cut as soon as that is possible
  std::size_t writers = 4;              ///< PostgreSQL: units of work of one module at once
  const Clock* clock = &system_clock();  ///< what deadlines are read on
};

/// Figures since the database was opened.
struct WriterFigures {
  std::uint64_t units = 0;    ///< units of work committed
  std::uint64_t commits = 0;  ///< transactions that they needed
  std::uint64_t again = 0;    ///< units that were run once more
  std::size_t queued = 0;     ///< units that wait now
  bool failing = false;  ///< somewhere the last one could not be written: full, read-only, gone

  WriterFigures& operator+=(const WriterFigures& more) {
    units += more.units;
    commits += more.commits;
    again += more.again;
    queued += more.queued;
    failing = failing || more.failing;
    return *this;
  }
};

/// A statement that a module runs, without values. What differs in its literals only is one, with
/// the text of the first that ran (see statement_shape()).
struct ModuleStatement {
  std::string module;
  std::string sql;
  Timestamp last_run;    ///< to the second or so
  bool crosses = false;  ///< SQLite: it touches what the module does not own
  friend bool operator==(const ModuleStatement&, const ModuleStatement&) = default;
};

/// A module whose calls are refused, because no data source may answer them: a move of its tables
/// is under way, or was broken off.
struct WaitingModule {
  std::string module;
  SteadyTime since;
};

/// Where a module's tables are, as the files say that say it.
struct PlacementFigures {
  std::string stage;              ///< of the fence: "shared", "copying", …; "": not known
  std::uint64_t epoch = 0;        ///< see Database::epoch_of()
  std::optional<bool> gate_open;  ///< of the module's own file; nothing: it has none
  /// PostgreSQL, which has no fence: the schema that is the module's alone; "" on SQLite.
  std::string schema{};
};

/// The write-ahead log of an SQLite file. It grows for as long as a read sees a snapshot that is
/// older than what is written, whoever reads.
struct WriteAheadLog {
  std::string database;      ///< the name of the file
  std::uintmax_t bytes = 0;  ///< on the disk
  /// Why it is larger than Options::wal_limit and cannot be cut, and what to do; "" otherwise.
  std::string problem;
};

/// A database that several modules share, as this process sees it, together with the places that
/// modules have moved to. Several processes may have it open. Safe for concurrent use; outlives
/// every ModuleDatabase.
///
/// Units of work are admitted in the order of their arrival, as many as the engine can run at once
/// (SQLite: one in a file, and as many as wait are committed together; PostgreSQL: a few of each
/// module), no more than Options::queued_writes wait, and none begins after its deadline.
class Database {
 public:
  /// SQLite: creates the file when it is missing (its folder must exist). Throws Fault with the
  /// database's name and the next step when it cannot be used.
  static std::unique_ptr<Database> open(const DataSource& source, const Options& options = {});
  /// Finishes what is queued.
  virtual ~Database() = default;

  /// `module` may touch `tables` and the tables of its violations, and nothing else. Throws
  /// Fault{Misuse} for a violation without a reason and for a module that is connected already with
  /// other tables.
  virtual ModuleDatabase connect(const std::string& module, const std::vector<std::string>& tables,
                                 const std::vector<BoundaryViolation>& violations = {}) = 0;

  virtual const DataSource& source() const = 0;
  virtual WriterFigures figures() const = 0;

  /// The different statements that modules have run so far in this process, by module, at most a
  /// few thousand: what a search for statements that cross modules reads.
  virtual std::vector<ModuleStatement> statements() const = 0;

  /// Can it be read and written, and so the places that modules of this process have moved to?
  /// Writes a few bytes now and then, and whenever the last unit of work failed because the
  /// database could not be written. An Error says where and what is wrong.
  virtual Result<void> probe(const Context& context) = 0;

  /// Of the files in use; PostgreSQL looks after its own.
  virtual std::vector<WriteAheadLog> write_ahead_logs() const = 0;

  /// Modules that wait for their tables now, the longest waiting first.
  virtual std::vector<WaitingModule> waiting() const = 0;

  /// Where the module's tables are now: in the shared database, or where its placement says.
  virtual DataSource source_of(const std::string& module) const = 0;

  /// The epoch of that placement: one more with each move. 0: never moved, or an engine without
  /// placements.
  virtual std::uint64_t epoch_of(const std::string& module) const = 0;

  /// How far that placement is: "shared", "copying", …, by the fence alone, which is also read
  /// where the module is not connected. "": an engine without placements. Throws Fault.
  virtual std::string stage_of(const std::string& module) const = 0;

  /// For people, over the connections that are there: whoever opens the file once more beside them
  /// may open another one. Throws Fault.
  virtual PlacementFigures placement_of(const std::string& module) const = 0;

  /// Whether the shared file is still at its path, so that others of this process may open it;
  /// always on an engine without files.
  virtual bool is_at_path() const = 0;
};

}  // namespace banyan::sql
