// SPDX-License-Identifier: Apache-2.0
#include "stages/fence.hpp"

#include <filesystem>

#include "placement/placement_table.hpp"
#include "sqlite/connection.hpp"

namespace banyan::strangler {

Result<DataStage> read_fence(const std::string& shared_database, std::string_view module) {
  std::error_code ignored;
  if (!std::filesystem::exists(shared_database, ignored)) {
    return fail(ErrorCode::NotFound, "banyan.no_shared_database",
                "there is no database " + shared_database);
  }
  try {
    const auto database = sqlite::Connection::open(shared_database, sqlite::OpenMode::Read);
    const auto found = placement::find(database, module);
    return found && found->authority() == placement::Authority::Own ? DataStage::Separate
                                                                    : DataStage::Shared;
  } catch (const sqlite::Fault& fault) {
    return fail(ErrorCode::Unavailable, "banyan.fence_unreadable",
                "cannot read the fence of " + std::string(module) + " in " + shared_database +
                    ": " + fault.message());
  }
}

}  // namespace banyan::strangler
