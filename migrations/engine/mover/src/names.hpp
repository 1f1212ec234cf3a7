// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::mover {

/// stock -> "stock", as an identifier in SQL; inner quotes doubled.
std::string identifier(std::string_view name);
/// warehouse -> 'warehouse', as a literal in SQL.
std::string text_literal(std::string_view text);
/// ASCII lower case: how SQLite compares names.
std::string folded(std::string_view name);
bool same_name(std::string_view a, std::string_view b);
bool contains_name(const std::vector<std::string>& names, std::string_view name);
/// Tables of the kit or of SQLite, which belong to no module.
bool is_kit_table(std::string_view name);
std::string joined(const std::vector<std::string>& parts, std::string_view between = ", ");
/// "1 row", "2 rows"; `many` where an s behind `one` is not the word.
std::string counted(std::int64_t number, std::string_view one, std::string_view many = {});

}  // namespace banyan::mover
