// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace banyan::migrations {

/// One migration file of a module, as cmake embeds it. `name` is relative to the module's folder:
/// "0001_create.sql" is applied at start, "separation/0001_expand.sql" only on demand.
struct Script {
  std::string_view name;
  std::string_view sql;
  /// The text of "0001_create.postgresql.sql", the variant that PostgreSQL runs instead of `sql`.
  /// (A variant without the file that it varies is a Script with its own name, which is refused.)
  std::optional<std::string_view> postgresql = std::nullopt;
};

inline constexpr std::string_view kVariantEnding = ".postgresql.sql";

}  // namespace banyan::migrations
