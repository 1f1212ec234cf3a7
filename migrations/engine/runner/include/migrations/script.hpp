// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace banyan::migrations {

/// One migration file of a module, as cmake embeds it. `name` is relative to the module's folder:
/// "0001_create.sql" is applied at start, "separation/0001_expand.sql" only on demand.
struct Script {
  std::string_view name;
  std::string_view sql;
};

}  // namespace banyan::migrations
