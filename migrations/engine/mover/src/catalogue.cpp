// SPDX-License-Identifier: Apache-2.0
#include "catalogue.hpp"

#include <algorithm>
#include <array>

#include "names.hpp"

namespace banyan::mover {
namespace {

TableKind kind_from(const std::string& type) {
  if (type == "view") return TableKind::View;
  if (type == "virtual") return TableKind::Virtual;
  if (type == "shadow") return TableKind::Shadow;
  return TableKind::Ordinary;
}

std::vector<Column> columns_of(const Connection& database, const std::string& table) {
  std::vector<Column> columns;
  sqlite::Statement query = database.query(
      // Hidden by a virtual table (1): what it computes.
      "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1, 'main') WHERE hidden <> 1"
      " ORDER BY cid");
  query.bind(1, table);
  while (query.step()) {
    columns.push_back(
        {query.text(0), query.text(1), static_cast<int>(query.number(2)), query.number(3) >= 2});
  }
  return columns;
}

// INTEGER PRIMARY KEY is the row's number itself, unless SQLite made an index for it (the odd case
// of INTEGER PRIMARY KEY DESC).
bool key_is_rowid(const Connection& database, const Table& table) {
  const Column* key = nullptr;
  for (const Column& column : table.columns) {
    if (column.key_position == 0) continue;
    if (key != nullptr) return false;
    key = &column;
  }
  if (key == nullptr || !same_name(key->type, "INTEGER")) return false;
  sqlite::Statement query =
      database.query("SELECT count(*) FROM pragma_index_list(?1) WHERE origin = 'pk'");
  query.bind(1, table.name);
  query.step();
  return query.number(0) == 0;
}

void find_rowid(const Connection& database, Table& table) {
  if (!table.can_be_copied() || table.without_rowid) return;
  if (key_is_rowid(database, table)) return;
  for (const std::string_view name : {"rowid", "_rowid_", "oid"}) {
    const bool taken =
        std::any_of(table.columns.begin(), table.columns.end(),
                    [&](const Column& column) { return same_name(column.name, name); });
    if (!taken) {
      table.rowid_name = name;
      return;
    }
  }
  table.rowid_hidden = true;
}

// Without that shadow table, its rows are somebody else's or nowhere.
bool keeps_rows(const Connection& database, const std::string& table, const std::string& sql) {
  const std::string folded_sql = folded(sql);
  return folded_sql.find("using fts5") != std::string::npos &&
         database.has_table(table + "_content");
}

bool is_guard_trigger(const SchemaObject& object) {
  return object.type == "trigger" &&
         (object.name.starts_with("banyan_fence_") || object.name.starts_with("banyan_gate_"));
}

int creation_rank(const SchemaObject& object) {
  static constexpr std::array<std::string_view, 4> kOrder{"table", "index", "view", "trigger"};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), object.type) - kOrder.begin());
}

}  // namespace

std::vector<Table> tables_of(const Connection& database) {
  std::vector<Table> tables;
  sqlite::Statement query = database.query(
      "SELECT l.name, l.type, l.wr, coalesce(m.sql, '') FROM pragma_table_list l "
      "JOIN sqlite_master m ON m.name = l.name AND m.type IN ('table', 'view') "
      "WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.rowid");
  std::vector<std::string> sequences;
  if (database.number("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'") != 0) {
    // A row appears with the first insert; before that there is no number to carry along.
    sqlite::Statement named = database.query("SELECT name FROM sqlite_sequence");
    while (named.step()) sequences.push_back(named.text(0));
  }
  while (query.step()) {
    Table table;
    table.name = query.text(0);
    table.kind = kind_from(query.text(1));
    table.without_rowid = query.number(2) != 0;
    table.keeps_rows =
        table.kind == TableKind::Virtual && keeps_rows(database, table.name, query.text(3));
    try {
      table.columns = columns_of(database, table.name);
    } catch (const sqlite::Fault&) {
      // A view over something that is gone has no columns any more; a table always has.
      if (table.kind != TableKind::View) throw;
    }
    table.has_sequence = contains_name(sequences, table.name);
    find_rowid(database, table);
    tables.push_back(std::move(table));
  }
  return tables;
}

std::optional<Table> table_of(const Connection& database, std::string_view name) {
  for (Table& table : tables_of(database)) {
    if (same_name(table.name, name)) return std::move(table);
  }
  return std::nullopt;
}

std::vector<SchemaObject> schema_objects_of(const Connection& database) {
  std::vector<SchemaObject> objects;
  sqlite::Statement query = database.query(
      "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY rowid");
  while (query.step()) {
    objects.push_back({query.text(0), query.text(1), query.text(2), query.text(3)});
  }
  return objects;
}

std::vector<ForeignKey> foreign_keys_of(const Connection& database, std::string_view table) {
  std::vector<ForeignKey> keys;
  sqlite::Statement query = database.query(
      "SELECT id, \"table\", \"from\", coalesce(\"to\", ''), on_delete, on_update "
      "FROM pragma_foreign_key_list(?1, 'main') ORDER BY id, seq");
  query.bind(1, table);
  std::int64_t last = -1;
  while (query.step()) {
    if (query.number(0) != last) {
      last = query.number(0);
      keys.push_back({std::string(table), query.text(1), {}, {}, query.text(4), query.text(5)});
    }
    keys.back().columns.push_back(query.text(2));
    if (!query.text(3).empty()) keys.back().parent_columns.push_back(query.text(3));
  }
  return keys;
}

std::int64_t row_count(const Connection& database, std::string_view table) {
  return database.number("SELECT count(*) FROM main." + identifier(table));
}

std::vector<SchemaObject> objects_of_tables(const Connection& database,
                                            const std::vector<std::string>& tables) {
  std::vector<SchemaObject> objects;
  for (SchemaObject& object : schema_objects_of(database)) {
    if (object.sql.empty() || is_guard_trigger(object)) continue;
    const bool own = contains_name(
        tables, object.type == "trigger" || object.type == "index" ? object.table : object.name);
    if (own) objects.push_back(std::move(object));
  }
  std::stable_sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) {
    return creation_rank(a) < creation_rank(b);
  });
  return objects;
}

}  // namespace banyan::mover
