// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace banyan::sqlite {

/// The type with which SQLite keeps a value, whatever the column's declared type is.
enum class ValueKind : std::uint8_t { Null, Integer, Real, Text, Blob };

/// One prepared statement. Parameters are counted from 1, columns from 0, as SQLite does. Used by
/// one thread at a time, and gone before its connection. Everything throws Fault unless noexcept.
///
///     Statement row = connection.query("SELECT name FROM tracks WHERE id = ?1");
///     row.bind(1, 42);
///     if (row.step()) use(row.text(0));
class Statement {
 public:
  /// Exactly one statement: a second one in the string, which SQLite would never run, is refused.
  Statement(::sqlite3* connection, std::string_view sql);
  /// A view of a statement that somebody else prepared and finalizes.
  static Statement borrow(::sqlite3_stmt* statement) noexcept { return {statement, false}; }

  Statement(Statement&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), owned_(other.owned_) {}
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  /// Numbers that do not fit into 64 bits with sign are refused, and so is NaN, which SQLite would
  /// store as NULL.
  template <std::integral Number>
  Statement& bind(int position, Number number) {
    if (!std::in_range<std::int64_t>(number)) refuse_number(position);
    return bind_integer(position, static_cast<std::int64_t>(number));
  }
  Statement& bind(int position, double number);
  Statement& bind(int position, std::nullptr_t);
  /// Text and bytes are copied. Empty ones are empty, not NULL.
  Statement& bind(int position, std::string_view text);
  Statement& bind(int position, const char* text) { return bind(position, std::string_view(text)); }
  Statement& bind(int position, std::span<const std::byte> blob);
  /// Not copied: what is pointed to outlives the run (see end_run).
  Statement& bind_view(int position, std::string_view text);
  Statement& bind_view(int position, std::span<const std::byte> blob);
  /// The value of another statement's current row, bit for bit: type, bytes and encoding.
  Statement& bind_from(int position, const Statement& row, int column);
  /// All parameters from the first on.
  template <typename... Values>
  Statement& bind_all(const Values&... values) {
    int position = 0;
    (bind(++position, values), ...);
    return *this;
  }

  bool step();  ///< true: a row is there. Where it throws, the next run can begin.
  void run();   ///< to its end, then ready for the next run, with the same values bound
  void reset() noexcept;
  /// Ends a run: no read transaction stays open, no bound value is kept.
  void end_run() noexcept;

  ValueKind kind(int column) const;
  bool is_null(int column) const { return kind(column) == ValueKind::Null; }
  std::int64_t number(int column) const;
  double real(int column) const;
  std::string text(int column) const { return std::string(text_view(column)); }  ///< NULL: ""
  std::optional<std::string> optional_text(int column) const;
  /// Views end with the next step, and with a look at the same column as another type.
  std::string_view text_view(int column) const;
  std::span<const std::byte> blob(int column) const;
  /// Text as it lies in a database whose encoding is UTF-16, without conversion.
  std::span<const std::byte> utf16_bytes(int column) const;

  /// True: it changes no database file (SQLite's own judgement, not its first word).
  bool is_read_only() const noexcept;
  int parameter_count() const noexcept;
  std::string_view parameter_name(int position) const noexcept;  ///< ":name", or "" for a plain ?
  int column_count() const noexcept;
  std::string_view column_name(int column) const noexcept;
  /// As much of the given text as SQLite took for this statement.
  std::string_view sql() const noexcept;
  ::sqlite3_stmt* handle() const noexcept { return statement_; }

 private:
  Statement(::sqlite3_stmt* statement, bool owned) noexcept
      : statement_(statement), owned_(owned) {}
  Statement& bind_integer(int position, std::int64_t number);
  Statement& check(int code);
  [[noreturn]] void refuse_number(int position) const;

  ::sqlite3_stmt* statement_ = nullptr;
  bool owned_ = true;
};

}  // namespace banyan::sqlite
