// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "names.hpp"

namespace banyan::mover {
namespace {

enum class Columns { Stored, All };

std::vector<std::string> column_names(const RowSet& rows, Columns which) {
  std::vector<std::string> names;
  // The row number of a part of a table means nothing elsewhere.
  if (!rows.table.rowid_name.empty() && rows.of_module.empty()) {
    names.push_back(rows.table.rowid_name);
  }
  for (const Column& column : rows.table.columns) {
    if (which == Columns::All || !column.generated) names.push_back(identifier(column.name));
  }
  return names;
}

std::string filter(const RowSet& rows) {
  return rows.of_module.empty() ? "" : " WHERE module = " + text_literal(rows.of_module);
}

// NOT INDEXED: in the order of the table itself, which is the same on both sides.
Query select(const Connection& database, const RowSet& rows, Columns which) {
  return database.query("SELECT " + joined(column_names(rows, which)) + " FROM main." +
                        identifier(rows.table.name) + " NOT INDEXED" + filter(rows));
}

struct Bytes {
  const void* data;
  std::size_t size;
};

// Text in the encoding in which it is stored, without conversion; may hold NUL.
Bytes bytes_of(sqlite3_stmt* row, int column, int type, bool utf16) {
  const void* data = sqlite3_column_blob(row, column);
  const int size = type == SQLITE_TEXT && utf16 ? sqlite3_column_bytes16(row, column)
                                                : sqlite3_column_bytes(row, column);
  return {data, static_cast<std::size_t>(size)};
}

bool same_value(sqlite3_stmt* a, sqlite3_stmt* b, int column, bool utf16) {
  const int type = sqlite3_column_type(a, column);
  if (type != sqlite3_column_type(b, column)) return false;
  switch (type) {
    case SQLITE_NULL: return true;
    case SQLITE_INTEGER: return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
    case SQLITE_FLOAT: {
      // Bit for bit: -0.0 is not 0.0.
      return std::bit_cast<std::uint64_t>(sqlite3_column_double(a, column)) ==
             std::bit_cast<std::uint64_t>(sqlite3_column_double(b, column));
    }
    default: {
      const Bytes left = bytes_of(a, column, type, utf16);
      const Bytes right = bytes_of(b, column, type, utf16);
      return left.size == right.size &&
             (left.size == 0 || std::memcmp(left.data, right.data, left.size) == 0);
    }
  }
}

std::string shown(sqlite3_stmt* row, int column) {
  const int type = sqlite3_column_type(row, column);
  const std::string size = std::to_string(sqlite3_column_bytes(row, column)) + " bytes";
  switch (type) {
    case SQLITE_NULL: return "NULL";
    case SQLITE_BLOB: return "BLOB of " + size;
    default: break;
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  const std::string value = text == nullptr ? "" : std::string(text).substr(0, 40);
  if (type == SQLITE_INTEGER) return "INTEGER " + value;
  return type == SQLITE_FLOAT ? "REAL " + value : "TEXT '" + value + "' (" + size + ")";
}

// "track=INTEGER 7, shelf=TEXT 'a'": enough to find the row again.
std::string row_key(sqlite3_stmt* row, const RowSet& rows, const std::vector<std::string>& names) {
  std::vector<std::string> parts;
  const int shift = static_cast<int>(names.size() - rows.table.columns.size());
  if (shift == 1) parts.push_back(names[0] + "=" + shown(row, 0));
  for (std::size_t i = 0; i < rows.table.columns.size(); ++i) {
    if (rows.table.columns[i].key_position > 0) {
      parts.push_back(rows.table.columns[i].name + "=" + shown(row, static_cast<int>(i) + shift));
    }
  }
  return joined(parts);
}

std::string sequence_of(const Connection& database, const std::string& table) {
  if (database.number("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'") == 0) {
    return "none";
  }
  Query query = database.query(
      "SELECT typeof(seq) || ' ' || quote(seq) FROM sqlite_sequence WHERE name = ?1");
  query.bind(1, table);
  return query.step() ? query.text(0) : "none";
}

}  // namespace

std::int64_t count_of(const Connection& database, const RowSet& rows) {
  return database.number("SELECT count(*) FROM main." + identifier(rows.table.name) + filter(rows));
}

void copy_rows(const Connection& origin, const Connection& destination, const RowSet& rows,
               Meter& meter) {
  const std::vector<std::string> names = column_names(rows, Columns::Stored);
  std::string places;
  for (std::size_t i = 0; i < names.size(); ++i) places += i == 0 ? "?" : ",?";
  Query read = select(origin, rows, Columns::Stored);
  Query write = destination.query("INSERT INTO main." + identifier(rows.table.name) + "(" +
                                  joined(names) + ") VALUES (" + places + ")");
  const int width = static_cast<int>(names.size());
  while (read.step()) {
    for (int column = 0; column < width; ++column) {
      const int code =
          sqlite3_bind_value(write.get(), column + 1, sqlite3_column_value(read.get(), column));
      if (code != SQLITE_OK) throw SqliteFault(code & 0xff, sqlite3_errstr(code));
    }
    write.run();
    meter.row();
  }
}

std::optional<std::string> first_difference(const Connection& origin, const Connection& destination,
                                            const RowSet& rows, Meter& meter) {
  const std::vector<std::string> names = column_names(rows, Columns::All);
  const bool utf16 = origin.text("PRAGMA encoding") != "UTF-8";
  Query left = select(origin, rows, Columns::All);
  Query right = select(destination, rows, Columns::All);
  const int width = static_cast<int>(names.size());
  for (;;) {
    const bool in_origin = left.step();
    const bool in_destination = right.step();
    if (!in_origin && !in_destination) return std::nullopt;
    if (in_origin != in_destination) {
      return rows.table.name + ": a row is only in the " +
             (in_origin ? "origin (" + row_key(left.get(), rows, names)
                        : "copy (" + row_key(right.get(), rows, names)) +
             ")";
    }
    for (int column = 0; column < width; ++column) {
      if (same_value(left.get(), right.get(), column, utf16)) continue;
      return rows.table.name + " at " + row_key(left.get(), rows, names) + ": column " +
             names[static_cast<std::size_t>(column)] + " is " + shown(left.get(), column) +
             " in the origin and " + shown(right.get(), column) + " in the copy";
    }
    meter.row();
  }
}

void copy_sequence(const Connection& origin, const Connection& destination, const Table& table) {
  if (!table.has_sequence) return;
  Query read = origin.query("SELECT seq FROM sqlite_sequence WHERE name = ?1");
  read.bind(1, table.name);
  destination.query("DELETE FROM sqlite_sequence WHERE name = ?1").bind(1, table.name).run();
  while (read.step()) {
    Query write = destination.query("INSERT INTO sqlite_sequence(name, seq) VALUES (?1, ?2)");
    write.bind(1, table.name);
    sqlite3_bind_value(write.get(), 2, sqlite3_column_value(read.get(), 0));
    write.run();
  }
}

std::optional<std::string> sequence_difference(const Connection& origin,
                                               const Connection& destination, const Table& table) {
  const std::string left = sequence_of(origin, table.name);
  const std::string right = sequence_of(destination, table.name);
  if (left == right) return std::nullopt;
  return table.name + ": its AUTOINCREMENT counter is " + left + " in the origin and " + right +
         " in the copy";
}

}  // namespace banyan::mover
