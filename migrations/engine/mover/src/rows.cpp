// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "banyan/digest/sha256.hpp"
#include "banyan/kernel/hex.hpp"
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

// NOT INDEXED: in the order of the table itself, which is the same on both sides.
sqlite::Statement select(const Connection& database, const RowSet& rows, Columns which) {
  return database.query("SELECT " + joined(column_names(rows, which)) + " FROM main." +
                        identifier(rows.table.name) + " NOT INDEXED" + where_of(rows));
}

// Text in the encoding in which it is stored, without conversion; may hold NUL.
std::span<const std::byte> stored_bytes(const sqlite::Statement& row, int column, bool utf16) {
  const bool is_text = row.kind(column) == ValueKind::Text;
  return is_text && utf16 ? row.utf16_bytes(column) : row.blob(column);
}

bool is_utf16(const Connection& database) { return database.text("PRAGMA encoding") != "UTF-8"; }

// SQLite takes these two bytes at the beginning of bound UTF-16 text for a mark of the byte order,
// removes them, and turns all bytes around when it thinks that it must.
bool begins_with_byte_order_mark(std::span<const std::byte> text) {
  if (text.size() < 2) return false;
  const auto unit = std::to_integer<unsigned>(text[0]) << 8U | std::to_integer<unsigned>(text[1]);
  return unit == 0xFEFF || unit == 0xFFFE;
}

// The only way past that: a literal is taken for text as it is.
std::string exact_literal(std::span<const std::byte> text) {
  std::string literal = "CAST(x'";
  for (const std::byte each : text) append_hex(literal, std::to_integer<unsigned>(each), 2);
  return literal + "' AS TEXT)";
}

/// One INSERT for each row that is read.
class Copier {
 public:
  Copier(const Connection& origin, const Connection& destination, const RowSet& rows)
      : origin_(origin),
        destination_(destination),
        rows_(rows),
        names_(column_names(rows, Columns::Stored)),
        utf16_(is_utf16(origin)),
        read_(select(origin, rows, Columns::Stored)),
        write_(destination.query(insert(places()))) {}

  bool next() {
    return about(origin_.file(), [&] { return read_.step(); });
  }

  void copy() {
    std::vector<std::string> values;
    for (int column = 0; utf16_ && column < width(); ++column) {
      if (!is_marked(column)) continue;
      if (values.empty()) values = places();
      values[static_cast<std::size_t>(column)] = exact_literal(read_.utf16_bytes(column));
    }
    if (values.empty()) {
      bind_and_run(write_);
    } else {
      sqlite::Statement special = destination_.query(insert(values));
      bind_and_run(special);
    }
  }

 private:
  int width() const { return static_cast<int>(names_.size()); }

  std::vector<std::string> places() const {
    std::vector<std::string> all;
    for (int column = 0; column < width(); ++column)
      all.push_back("?" + std::to_string(column + 1));
    return all;
  }

  std::string insert(const std::vector<std::string>& values) const {
    return "INSERT INTO main." + identifier(rows_.table.name) + "(" + joined(names_) +
           ") VALUES (" + joined(values) + ")";
  }

  bool is_marked(int column) const {
    return utf16_ && read_.kind(column) == ValueKind::Text &&
           begins_with_byte_order_mark(read_.utf16_bytes(column));
  }

  void bind_and_run(sqlite::Statement& write) {
    for (int column = 0; column < width(); ++column) {
      if (!is_marked(column)) write.bind_from(column + 1, read_, column);
    }
    try {
      about(destination_.file(), [&] { write.run(); });
    } catch (const sqlite::Fault& fault) {
      if (fault.kind() != sqlite::FaultKind::Constraint) throw;
      throw sqlite::Fault(fault.extended_code(), fault.message() + ", at " + key());
    }
  }

  std::string key() const;

  const Connection& origin_;
  const Connection& destination_;
  const RowSet& rows_;
  std::vector<std::string> names_;
  bool utf16_;
  sqlite::Statement read_, write_;
};

/// A digest of rows as they pass by.
class RowDigest {
 public:
  explicit RowDigest(bool utf16) : utf16_(utf16) {}

  // Columns from `first` on.
  void add(const sqlite::Statement& row, int first) {
    for (int column = first; column < row.column_count(); ++column) add_value(row, column);
    constexpr std::size_t kChunk = 1U << 16U;
    if (bytes_.size() >= kChunk) bytes_ = sha256_hex(bytes_);
  }
  std::string take() const { return sha256_hex(bytes_); }

 private:
  void add_value(const sqlite::Statement& row, int column) {
    const ValueKind kind = row.kind(column);
    bytes_ += static_cast<char>(kind);
    switch (kind) {
      case ValueKind::Null: return;
      case ValueKind::Integer: return add_word(static_cast<std::uint64_t>(row.number(column)));
      case ValueKind::Real: return add_word(std::bit_cast<std::uint64_t>(row.real(column)));
      default: break;
    }
    const auto stored = stored_bytes(row, column, utf16_);
    add_word(stored.size());
    bytes_.append(reinterpret_cast<const char*>(stored.data()), stored.size());
  }

  void add_word(std::uint64_t word) {
    char bytes[sizeof word];
    std::memcpy(bytes, &word, sizeof word);
    bytes_.append(bytes, sizeof word);
  }

  bool utf16_;
  std::string bytes_;
};

// The row's hidden number comes first.
int first_value(const RowSet& rows, const std::vector<std::string>& names) {
  return static_cast<int>(names.size() - rows.table.columns.size());
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

// The beginning of a text, which ends with a whole character.
std::string_view beginning_of(std::string_view text) {
  constexpr std::size_t kBytes = 40;
  constexpr std::size_t kRestOfACharacter = 3;  // more of these bytes in a row are no UTF-8 anyway
  text = text.substr(0, text.find('\0'));
  if (text.size() <= kBytes) return text;
  std::size_t end = kBytes;
  const auto goes_on = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U; };
  while (end > kBytes - kRestOfACharacter && goes_on()) --end;
  return text.substr(0, end);
}

std::string shown(const sqlite::Statement& row, int column) {
  const ValueKind kind = row.kind(column);
  if (kind == ValueKind::Null) return "NULL";
  const std::string_view text = row.text_view(column);
  const std::string size = std::to_string(text.size()) + " bytes";
  if (kind == ValueKind::Blob) return "BLOB of " + size;
  const std::string value(beginning_of(text));
  if (kind == ValueKind::Integer) return "INTEGER " + value;
  return kind == ValueKind::Real ? "REAL " + value : "TEXT '" + value + "' (" + size + ")";
}

// "track=INTEGER 7, shelf=TEXT 'a'": enough to find the row again. `names` are those of the columns
// that were read.
std::string row_key(const sqlite::Statement& row, const RowSet& rows,
                    const std::vector<std::string>& names) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto column = std::ranges::find_if(
        rows.table.columns, [&](const Column& each) { return identifier(each.name) == names[i]; });
    const bool hidden_number = column == rows.table.columns.end();
    if (!hidden_number && column->key_position == 0) continue;
    parts.push_back((hidden_number ? names[i] : column->name) + "=" +
                    shown(row, static_cast<int>(i)));
  }
  return joined(parts);
}

std::string Copier::key() const { return row_key(read_, rows_, names_); }

bool has_sequences(const Connection& database) {
  return database.number("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'") != 0;
}

std::string sequence_of(const Connection& database, const std::string& table) {
  if (!has_sequences(database)) return "none";
  sqlite::Statement query = database.query(
      "SELECT typeof(seq) || ' ' || quote(seq) FROM sqlite_sequence WHERE name = ?1");
  query.bind(1, table);
  return query.step() ? query.text(0) : "none";
}

}  // namespace

std::string where_of(const RowSet& rows) {
  return rows.of_module.empty() ? "" : " WHERE module = " + text_literal(rows.of_module);
}

std::int64_t count_of(const Connection& database, const RowSet& rows) {
  return database.number("SELECT count(*) FROM main." + identifier(rows.table.name) +
                         where_of(rows));
}

double share_of(const Connection& database, const RowSet& rows) {
  if (rows.of_module.empty()) return 1;
  std::string length = "1";  // of a row in which everything is NULL
  for (const std::string& name : column_names(rows, Columns::Stored)) {
    length += " + coalesce(length(CAST(" + name + " AS BLOB)), 0)";
  }
  const std::string from =
      "SELECT coalesce(sum(" + length + "), 0) FROM main." + identifier(rows.table.name);
  const std::int64_t all = database.number(from);
  if (all == 0) return 0;
  return static_cast<double>(database.number(from + where_of(rows))) / static_cast<double>(all);
}

void copy_rows(const Connection& origin, const Connection& destination, const RowSet& rows,
               ProgressMeter& meter) {
  for (Copier copier(origin, destination, rows); copier.next(); meter.row()) copier.copy();
}

std::optional<std::string> first_refused(const Connection& origin, const Connection& scratch,
                                         const RowSet& rows) {
  constexpr int kRowsInMemory = 10'000;
  std::optional<std::string> refused;
  scratch.run("SAVEPOINT first_refused");
  try {
    int row = 0;
    for (Copier copier(origin, scratch, rows); copier.next();) {
      copier.copy();
      if (++row % kRowsInMemory == 0) scratch.run("ROLLBACK TO first_refused");
    }
  } catch (const sqlite::Fault& fault) {
    refused = fault.message();
  }
  scratch.run("ROLLBACK TO first_refused; RELEASE first_refused");
  return refused;
}

std::optional<std::string> first_difference(const Connection& origin, const Connection& destination,
                                            const RowSet& rows, ProgressMeter& meter,
                                            std::string& digest) {
  const std::vector<std::string> names = column_names(rows, Columns::All);
  const bool utf16 = is_utf16(origin);
  RowDigest seen(utf16);
  sqlite::Statement left = select(origin, rows, Columns::All);
  sqlite::Statement right = select(destination, rows, Columns::All);
  const int width = static_cast<int>(names.size());
  for (;;) {
    const bool in_origin = left.step();
    const bool in_destination = right.step();
    if (!in_origin && !in_destination) {
      digest = seen.take();
      return std::nullopt;
    }
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
    seen.add(left, first_value(rows, names));
    meter.row();
  }
}

std::string digest_of(const Connection& database, const RowSet& rows) {
  RowDigest digest(is_utf16(database));
  const int first = first_value(rows, column_names(rows, Columns::All));
  for (auto row = select(database, rows, Columns::All); row.step();) digest.add(row, first);
  return digest.take();
}

void copy_sequence(const Connection& origin, const Connection& destination, const Table& table) {
  if (!has_sequences(destination)) return;
  destination.query("DELETE FROM sqlite_sequence WHERE name = ?1").bind(1, table.name).run();
  if (!has_sequences(origin)) return;
  sqlite::Statement read = origin.query("SELECT seq FROM sqlite_sequence WHERE name = ?1");
  read.bind(1, table.name);
  while (read.step()) {
    sqlite::Statement write =
        destination.query("INSERT INTO sqlite_sequence(name, seq) VALUES (?1, ?2)");
    write.bind(1, table.name).bind_from(2, read, 0).run();
  }
}

std::optional<std::string> sequence_difference(const Connection& origin,
                                               const Connection& destination, const Table& table) {
  if (!has_sequences(destination)) return std::nullopt;  // no table there counts
  const std::string left = sequence_of(origin, table.name);
  const std::string right = sequence_of(destination, table.name);
  if (left == right) return std::nullopt;
  return table.name + ": its AUTOINCREMENT counter is " + left + " in the origin and " + right +
         " in the copy";
}

}  // namespace banyan::mover
