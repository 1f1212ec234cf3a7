// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "kernel/context.hpp"
#include "migrations/runner.hpp"
#include "sql/shared_database.hpp"
#include "support/temporary_folder.hpp"

namespace banyan::test {

/// In memory where the system has such a place: most tests are about what is written, not about
/// the disk's speed.
inline std::filesystem::path memory_folder() {
  const std::filesystem::path memory = "/dev/shm";
  return access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

/// A shared database with migrations applied, for tests of repositories and modules.
///
///     TemporaryDatabase database({{"orders", orders::migrations()}});
///     auto door = database.door("orders", {"orders", "order_lines"});
class TemporaryDatabase {
 public:
  explicit TemporaryDatabase(std::vector<migrations::ModuleScripts> modules,
                             sql::Options options = {})
      : shared_(migrated(std::move(modules)), std::move(options)) {}

  sql::ModuleDatabase door(const std::string& module, const std::vector<std::string>& tables,
                           const std::vector<sql::Crossing>& crossings = {}) {
    return shared_.door(module, tables, crossings);
  }
  sql::SharedDatabase& shared() { return shared_; }
  std::filesystem::path file() const { return folder_.path() / "shop.db"; }

 private:
  std::filesystem::path migrated(std::vector<migrations::ModuleScripts> modules) {
    migrations::Runner(file(), std::move(modules)).apply();
    return file();
  }

  TemporaryFolder folder_{memory_folder()};
  sql::SharedDatabase shared_;
};

}  // namespace banyan::test
