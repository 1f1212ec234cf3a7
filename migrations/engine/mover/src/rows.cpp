// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "names.hpp"

namespace banyan::mover {
namespace {

using sqlite::ValueKind;

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
sqlite::Statement select(const Connection& database, const RowSet& rows, Columns which) {
  return database.query("SELECT " + joined(column_names(rows, which)) + " FROM main." +
                        identifier(rows.table.name) + " NOT INDEXED" + filter(rows));
}

// Text in the encoding in which it is stored, without conversion; may hold NUL.
std::span<const std::byte> stored_bytes(const sqlite::Statement& row, int column, bool utf16) {
  const bool is_text = row.kind(column) == ValueKind::Text;
  return is_text && utf16 ? row.utf16_bytes(column) : row.blob(column);
}

bool same_value(const sqlite::Statement& a, const sqlite::Statement& b, int column, bool utf16) {
  const ValueKind kind = a.kind(column);
  if (kind != b.kind(column)) return false;
  switch (kind) {
    case ValueKind::Null: return true;
    case ValueKind::Integer: return a.number(column) == b.number(column);
    case ValueKind::Real: {
      // Bit for bit: -0.0 is not 0.0.
      return std::bit_cast<std::uint64_t>(a.real(column)) ==
             std::bit_cast<std::uint64_t>(b.real(column));
    }
    default:
      return std::ranges::equal(stored_bytes(a, column, utf16), stored_bytes(b, column, utf16));
  }
}

std::string shown(const sqlite::Statement& row, int column) {
  const ValueKind kind = row.kind(column);
  if (kind == ValueKind::Null) return "NULL";
  const std::string_view text = row.text_view(column);
  const std::string size = std::to_string(text.size()) + " bytes";
  if (kind == ValueKind::Blob) return "BLOB of " + size;
  const std::string value(text.substr(0, std::min<std::size_t>(text.find('\0'), 40)));
  if (kind == ValueKind::Integer) return "INTEGER " + value;
  return kind == ValueKind::Real ? "REAL " + value : "TEXT '" + value + "' (" + size + ")";
}

// "track=INTEGER 7, shelf=TEXT 'a'": enough to find the row again.
std::string row_key(const sqlite::Statement& row, const RowSet& rows,
                    const std::vector<std::string>& names) {
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
  sqlite::Statement query = database.query(
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
  sqlite::Statement read = select(origin, rows, Columns::Stored);
  sqlite::Statement write = destination.query("INSERT INTO main." + identifier(rows.table.name) +
                                              "(" + joined(names) + ") VALUES (" + places + ")");
  const int width = static_cast<int>(names.size());
  while (read.step()) {
    for (int column = 0; column < width; ++column) {
      write.bind_from(column + 1, read, column);
    }
    write.run();
    meter.row();
  }
}

std::optional<std::string> first_difference(const Connection& origin, const Connection& destination,
                                            const RowSet& rows, Meter& meter) {
  const std::vector<std::string> names = column_names(rows, Columns::All);
  const bool utf16 = origin.text("PRAGMA encoding") != "UTF-8";
  sqlite::Statement left = select(origin, rows, Columns::All);
  sqlite::Statement right = select(destination, rows, Columns::All);
  const int width = static_cast<int>(names.size());
  for (;;) {
    const bool in_origin = left.step();
    const bool in_destination = right.step();
    if (!in_origin && !in_destination) return std::nullopt;
    if (in_origin != in_destination) {
      return rows.table.name + ": a row is only in the " +
             (in_origin ? "origin (" + row_key(left, rows, names)
                        : "copy (" + row_key(right, rows, names)) +
             ")";
    }
    for (int column = 0; column < width; ++column) {
      if (same_value(left, right, column, utf16)) continue;
      return rows.table.name + " at " + row_key(left, rows, names) + ": column " +
             names[static_cast<std::size_t>(column)] + " is " + shown(left, column) +
             " in the origin and " + shown(right, column) + " in the copy";
    }
    meter.row();
  }
}

void copy_sequence(const Connection& origin, const Connection& destination, const Table& table) {
  if (!table.has_sequence) return;
  sqlite::Statement read = origin.query("SELECT seq FROM sqlite_sequence WHERE name = ?1");
  read.bind(1, table.name);
  destination.query("DELETE FROM sqlite_sequence WHERE name = ?1").bind(1, table.name).run();
  while (read.step()) {
    sqlite::Statement write =
        destination.query("INSERT INTO sqlite_sequence(name, seq) VALUES (?1, ?2)");
    write.bind(1, table.name).bind_from(2, read, 0).run();
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
