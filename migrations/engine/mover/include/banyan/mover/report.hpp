// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"

/// What stands between a module and a database file of its own. The report reads, and never
/// writes; everything in it comes from SQLite itself (catalogue, authorizer), not from guessing at
/// SQL text.
namespace banyan::mover {

/// The tables (and views, if it has any) that one module owns.
struct ModuleTables {
  std::string module;
  std::vector<std::string> tables;
  /// Of these, the ones that its separation scripts make: `banyan schema decouple` brings them.
  std::vector<std::string> made_by_separation{};
};

/// A table that several modules use, as old schemas have them. It belongs to nobody yet.
struct SharedTable {
  std::string table;
  std::vector<std::string> users;  ///< the modules that are known to use it; may be empty
};

/// Who owns what in one database file. Names are compared as SQLite does, without regard to ASCII
/// case. The kit's own tables (banyan_…, sqlite_…) are known and need not be listed.
struct Ownership {
  std::vector<ModuleTables> modules;
  std::vector<SharedTable> shared;
};

/// One SQL statement that a module's code runs, and where it was found ("sql/stock.cpp:12").
struct Statement {
  std::string module;
  std::string sql;
  std::string where;
  std::string if_gone{};  ///< what to do when the code no longer runs it; "" says nothing
};

/// Every statement in `<folder>/<module>/**/*.sql`, in order of file names; `where` is file and
/// line. A statement that has no end is an error that says where it begins.
Result<std::vector<Statement>> statements_from_folder(const std::filesystem::path& folder);

enum class ViolationKind : std::uint8_t { ForeignKey, View, Trigger, Statement };
std::string_view to_string(ViolationKind kind);

/// One thing that ties two modules (or a module and a shared or unowned table) together.
struct BoundaryViolation {
  ViolationKind kind;
  std::string module;  ///< whose it is: the child's, the view's, the code's owner
  std::string other;   ///< whom it reaches: a module, "shared" or "unowned"
  std::string object;  ///< "stock.track_id -> tracks.id", a view's name, a place in code
  std::vector<std::string> tables;  ///< the tables of `other` that it touches
  std::string how;        ///< e.g. "on delete cascade", "writes activity through trigger x"
  std::string next_step;  ///< what to do about it
};

struct TableReport {
  std::string table;
  bool exists = true;  ///< false: the manifest names it and the database does not have it
  std::int64_t rows = 0;
  bool made_by_separation = false;
};

struct ModuleReport {
  std::string module;
  std::string location;    ///< file name of where its tables are now; "" is the shared file
  std::int64_t epoch = 0;  ///< of the fence; 0 when the module has never moved
  std::vector<TableReport> tables;
};

/// A shared table with all its known users: the declared ones and those that were found.
struct SharedTableReport {
  TableReport table;
  std::vector<std::string> declared_users;
  std::vector<std::string> found_users;  ///< by foreign key, trigger, view or statement
};

/// Something in the input or the schema that could not be analysed, and why.
struct Unreadable {
  std::string what;     ///< "view old_sales", "statement at sql/stock.cpp:12"
  std::string problem;  ///< SQLite's message
};

struct SchemaReport {
  std::filesystem::path database;
  std::vector<ModuleReport> modules;
  std::vector<SharedTableReport> shared;
  std::vector<TableReport> unowned;
  std::vector<BoundaryViolation> violations;
  std::vector<Unreadable> unreadable;
  std::size_t statements = 0;  ///< how many were analysed
};

/// Analyses the database. Errors: NotFound (no such file), InvalidArgument (not a database, a table
/// owned twice, an empty name; all problems listed in details). Tables of the manifest that do not
/// exist are reported, not refused. Modules that have moved out are read at their own file.
Result<SchemaReport> schema_report(const std::filesystem::path& database,
                                   const Ownership& ownership,
                                   const std::vector<Statement>& statements = {});

/// What keeps this module from moving out: violations in which it is either side.
std::vector<BoundaryViolation> violations_of(const SchemaReport& report, std::string_view module);

/// For people: one screen where possible, sections only where there is something to say.
std::string to_text(const SchemaReport& report);
/// For programs: one JSON object, keys as the members above in snake_case.
std::string to_json(const SchemaReport& report);

}  // namespace banyan::mover
