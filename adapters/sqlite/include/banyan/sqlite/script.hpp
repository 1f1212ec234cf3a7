// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// SQL as text, looked at without a database.
namespace banyan::sqlite {

/// Offset of the first character at or behind `offset` that is neither blank nor comment;
/// `sql.size()` when there is none. A byte order mark at the beginning is a blank.
std::size_t skip_blanks(std::string_view sql, std::size_t offset);

/// The same, semicolons counted as blanks: what is left is another statement.
std::size_t skip_to_statement(std::string_view sql, std::size_t offset);

/// True when `sql` ends with a whole statement: strings, names, comments and the bodies of
/// triggers are closed, and the last semicolon is there.
bool is_complete(const std::string& sql);

}  // namespace banyan::sqlite
