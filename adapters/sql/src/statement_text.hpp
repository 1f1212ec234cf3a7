// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banyan::sql {

/// A statement as it was written, taken apart as far as the engines need it.
struct StatementText {
  std::string sql;                 ///< without comments, blanks around it and the last semicolon
  std::vector<std::string> names;  ///< of its parameters, each once, in order of appearance
  std::string shape;               ///< `sql` with one `?` for each literal; see statement_shape()
  std::string first_word;          ///< in capitals; "" when there is no statement in it
  bool has_second = false;         ///< another statement follows, which would never run
  bool has_call(std::string_view function) const;  ///< is `function` named anywhere?
};

/// Knows quoted texts and names, comments, and casts (`::`).
StatementText read_statement(std::string_view sql);

}  // namespace banyan::sql
