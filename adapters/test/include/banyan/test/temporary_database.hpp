// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/kernel/context.hpp"
#include "banyan/migrations/runner.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::test {

/// In memory where the system has such a place: most tests are about what is written, not about
/// the disk's speed.
inline std::filesystem::path memory_folder() {
  const std::filesystem::path memory = "/dev/shm";
  return access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

inline std::unique_ptr<sql::Database> open_file(const std::filesystem::path& file,
                                                const sql::Options& options = {}) {
  return sql::Database::open({sql::Engine::Sqlite, file, {}}, options);
}

/// A shared database with migrations applied, for tests of repositories and modules.
///
///     TemporaryDatabase database({{"orders", orders::migrations()}});
///     auto orders = database.connect("orders", {"orders", "order_lines"});
class TemporaryDatabase {
 public:
  explicit TemporaryDatabase(std::vector<migrations::ModuleScripts> modules,
                             sql::Options options = {})
      : shared_(open_file(migrated(std::move(modules)), options)) {}

  sql::ModuleDatabase connect(const std::string& module, const std::vector<std::string>& tables,
                              const std::vector<sql::BoundaryViolation>& violations = {}) {
    return shared_->connect(module, tables, violations);
  }
  sql::Database& shared() { return *shared_; }
  std::filesystem::path file() const { return folder_.path() / "shop.db"; }

 private:
  std::filesystem::path migrated(std::vector<migrations::ModuleScripts> modules) {
    migrations::Runner(file(), std::move(modules), system_clock()).apply();
    return file();
  }

  TemporaryFolder folder_{memory_folder()};
  std::unique_ptr<sql::Database> shared_;
};

}  // namespace banyan::test
