// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::migrations {

/// One statement of a script, found without a database.
struct StatementText {
  std::string_view text;   ///< from its first word on, without leading comments
  int line = 1;            ///< of its first word
  std::string first_word;  ///< in upper case
};

struct SplitScript {
  std::vector<StatementText> statements;
  /// A string, name or comment that never ends, or a byte that cannot be in SQL.
  std::optional<std::string> broken;
  int broken_line = 0;
};

/// Splits a script at its semicolons, as SQLite would: not inside strings, quoted names, comments
/// and the bodies of triggers.
SplitScript split(std::string_view sql);

/// Line of the character at `offset`, counted from 1.
int line_at(std::string_view text, std::size_t offset);

}  // namespace banyan::migrations
