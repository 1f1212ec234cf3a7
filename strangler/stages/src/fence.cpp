// SPDX-License-Identifier: Apache-2.0
#include "stages/fence.hpp"

#include <filesystem>

#include "sqlite.hpp"

namespace banyan::strangler {

Result<DataStage> read_fence(const std::string& shared_database, std::string_view module) {
  std::error_code ignored;
  if (!std::filesystem::exists(shared_database, ignored)) {
    return fail(ErrorCode::NotFound, "banyan.no_shared_database",
                "there is no database " + shared_database);
  }
  try {
    sqlite::Connection connection(shared_database, sqlite::Connection::Access::Read);
    if (connection.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = "
                          "'banyan_fence'") == 0) {
      return DataStage::Shared;
    }
    sqlite::Statement row(connection, "SELECT state FROM banyan_fence WHERE module = ?");
    row.bind(module);
    return row.step() && row.text(0) == "moved" ? DataStage::Separate : DataStage::Shared;
  } catch (const sqlite::Fault& fault) {
    return fail(ErrorCode::Unavailable, "banyan.fence_unreadable",
                "cannot read the fence of " + std::string(module) + " in " + shared_database +
                    ": " + fault.what());
  }
}

}  // namespace banyan::strangler
