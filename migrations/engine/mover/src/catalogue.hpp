// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "database.hpp"

/// What the schema of one database file says, as data.
namespace banyan::mover {

struct Column {
  std::string name;
  std::string type;
  int key_position = 0;    ///< 1… in the primary key; 0: not in it
  bool generated = false;  ///< computed, so never inserted
};

enum class TableKind { Ordinary, View, Virtual, Shadow };

struct Table {
  std::string name;
  TableKind kind = TableKind::Ordinary;
  bool without_rowid = false;
  std::vector<Column> columns;
  /// Name under which to read and write the row's hidden number; "" when there is none, or when a
  /// column is that number already.
  std::string rowid_name;
  bool rowid_hidden = false;  ///< it has a hidden number, and columns took all of its names
  bool has_sequence = false;  ///< AUTOINCREMENT
  /// Of a virtual table: full text search (FTS5) that keeps the rows which it indexes. It is read
  /// and written like any other; the index comes by writing.
  bool keeps_rows = false;

  bool can_be_copied() const { return kind == TableKind::Ordinary || keeps_rows; }
};

/// One entry of sqlite_master.
struct SchemaObject {
  std::string type;  ///< table, index, trigger, view
  std::string name;
  std::string table;  ///< what it hangs on
  std::string sql;    ///< "" for what SQLite makes by itself
  friend bool operator==(const SchemaObject&, const SchemaObject&) = default;
};

struct ForeignKey {
  std::string child;
  std::string parent;
  std::vector<std::string> columns;
  std::vector<std::string> parent_columns;  ///< empty: the parent's primary key
  std::string on_delete, on_update;
};

/// All tables and views of the main database, without SQLite's own.
std::vector<Table> tables_of(const Connection& database);
std::optional<Table> table_of(const Connection& database, std::string_view name);

/// In the order of creation.
std::vector<SchemaObject> schema_objects_of(const Connection& database);
std::vector<ForeignKey> foreign_keys_of(const Connection& database, std::string_view table);
std::int64_t row_count(const Connection& database, std::string_view table);

/// The tables, indexes, triggers and views that make up these tables (and views), without the
/// fence's and the gate's triggers, in the order in which they can be created again.
std::vector<SchemaObject> objects_of_tables(const Connection& database,
                                            const std::vector<std::string>& tables);

}  // namespace banyan::mover
