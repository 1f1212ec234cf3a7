// SPDX-License-Identifier: Apache-2.0
#include "whose_file.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "banyan/mover/move.hpp"
#include "banyan/placement/placement_table.hpp"
#include "banyan/sqlite/connection.hpp"

namespace banyan::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kControlStore = 0x424E5943;  // "BNYC", as strangler/stages marks it

/// The database of an application beside it of which this is the module's own file; "" when there
/// is none to be seen.
std::string shared_beside(const fs::path& file, const std::string& module) {
  constexpr std::string_view kManifest = ".manifest.json";
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code failed;
  for (fs::directory_iterator each(folder, failed), end; !failed && each != end;
       each.increment(failed)) {
    std::string name = each->path().filename().string();
    if (!name.ends_with(kManifest)) continue;
    name.resize(name.size() - kManifest.size());
    const fs::path shared = file.parent_path() / name;
    if (mover::own_file_name(shared, module) == file.filename().string()) return shared.string();
    const auto placement = mover::placement_of(shared, module);
    std::error_code unknown;
    if (placement && placement->moved && fs::equivalent(placement->file, file, unknown)) {
      return shared.string();
    }
  }
  return {};
}

Error wrong_file(const std::string& what) {
  return {ErrorCode::FailedPrecondition, "banyan.no_shared_database", what, {}};
}

Error own_file(const fs::path& file, const std::string& module) {
  const std::string shared = shared_beside(file, module);
  return wrong_file(file.string() + " is the own file of " + module +
                    ", which a move has made; manifest and history of all modules are with the "
                    "application's shared database: " +
                    (shared.empty() ? "name that with --database" : "--database " + shared));
}

}  // namespace

std::optional<Error> no_shared_database(const fs::path& file) {
  try {
    const auto database = sqlite::Connection::open(file, sqlite::OpenMode::Read);
    if (database.application_id() == kControlStore) {
      return wrong_file(
          file.string() +
          " is a control store: it says where traffic goes, and no module has tables in "
          "it. `banyan status --store " +
          file.string() + "` shows it; name the application's database with --database");
    }
    const std::vector<std::string> modules = placement::gated_modules(database);
    if (!modules.empty()) return own_file(file, modules.front());
  } catch (const sqlite::Fault&) {
    return std::nullopt;  // what cannot be read is said by whoever needs it
  }
  return std::nullopt;
}

}  // namespace banyan::cli
