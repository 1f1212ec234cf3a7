// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::sqlite {

/// What can be done about a failure. SQLite has some eighty result codes; callers decide by these.
enum class FaultKind : std::uint8_t {
  Busy,           ///< another connection holds the database
  Full,           ///< no room on the disk
  ReadOnly,       ///< the process may not write the file or its folder
  CannotOpen,     ///< no such file or folder, or no right to open it
  IoError,        ///< the disk failed
  NotADatabase,   ///< the file is something else
  Corrupt,        ///< the file is damaged
  Constraint,     ///< see Fault::constraint()
  Interrupted,    ///< interrupt() or a deadline
  SchemaMissing,  ///< a table or column is not there
  Misuse,         ///< the call is wrong: a bug of the caller
  Other
};

enum class ConstraintKind : std::uint8_t { Unique, ForeignKey, Check, NotNull, Trigger, Other };

/// A rule of the schema that a statement would have broken.
struct Constraint {
  ConstraintKind kind = ConstraintKind::Other;
  std::string table;                 ///< "" when SQLite does not say (foreign keys)
  std::vector<std::string> columns;  ///< Unique and NotNull; empty otherwise
  std::string name;  ///< Check: name or expression; an index; Trigger: what it raised; else ""
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

/// What SQLite refused. The text holds SQLite's message and the statement, never a bound value.
class Fault : public std::runtime_error {
 public:
  /// `extended_code` is SQLite's. `sql` is the statement ("" when there is none), `offset` the
  /// byte in it where SQLite stopped.
  Fault(int extended_code, std::string message, std::string_view sql = {},
        std::optional<std::size_t> offset = {});
  /// A call that is refused before SQLite sees it.
  Fault(FaultKind kind, std::string message, std::string_view sql = {});

  FaultKind kind() const { return kind_; }
  int primary_code() const { return extended_code_ & 0xff; }
  int extended_code() const { return extended_code_; }
  const std::string& message() const { return message_; }  ///< SQLite's own words
  std::optional<std::size_t> offset() const { return offset_; }
  const std::optional<Constraint>& constraint() const { return constraint_; }

 private:
  int extended_code_;
  FaultKind kind_;
  std::string message_;
  std::optional<std::size_t> offset_;
  std::optional<Constraint> constraint_;
};

/// What a person can do: a whole sentence, or "" when that depends on the caller.
std::string_view next_step(FaultKind kind);

}  // namespace banyan::sqlite
