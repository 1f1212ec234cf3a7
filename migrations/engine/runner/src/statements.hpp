// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/sql/data_source.hpp"

namespace banyan::migrations {

/// One statement of a script, found without a database.
struct StatementText {
  std::string_view text;   ///< from its first word on, without leading comments
  int line = 1;            ///< of its first word
  std::string first_word;  ///< in upper case
  std::string second_word;
};

/// A comment that speaks to the runner: "-- banyan: rebuild".
struct Mark {
  std::string_view text;  ///< the whole comment, without the line's end
  int line = 1;
  bool is_first = true;  ///< it stands before the first statement
};

struct SplitScript {
  std::vector<StatementText> statements;
  std::vector<Mark> marks;
  /// A string, name or comment that never ends, or a byte that cannot be in SQL.
  std::optional<std::string> broken;
  int broken_line = 0;
};

/// Splits a script at its semicolons, as the engine would: not inside strings, quoted names and
/// comments; on SQLite not in the bodies of triggers, on PostgreSQL not in dollar quotes,
/// parentheses and the bodies of functions written in SQL (BEGIN ATOMIC).
SplitScript split(std::string_view sql, sql::Engine engine);

/// Line of the character at `offset`, counted from 1.
int line_at(std::string_view text, std::size_t offset);

}  // namespace banyan::migrations
