// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/sqlite/connection.hpp"

namespace banyan::placement {

/// Which row a guard looks at.
enum class Guard : std::uint8_t {
  Fence,  ///< in the shared file, of tables that have left
  Gate    ///< in a module's own file
};

/// What a statement that a guard refuses fails with (RAISE takes no expression).
inline constexpr std::string_view kMovedMessage = "BANYAN_MOVED";

/// Triggers that make every write to these tables fail with kMovedMessage unless the row says
/// 'open' (or is missing): also one of a program that knows nothing of placements. Tables that do
/// not exist, views and virtual tables are passed over. True when one was missing. Throws
/// sqlite::Fault.
bool ensure_guards(const sqlite::Connection& database, Guard guard, std::string_view module,
                   const std::vector<std::string>& tables);
bool guards_missing(const sqlite::Connection& database, Guard guard, std::string_view module,
                    const std::vector<std::string>& tables);

}  // namespace banyan::placement
