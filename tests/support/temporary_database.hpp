// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "kernel/context.hpp"
#include "migrations/runner.hpp"
#include "sql/shared_database.hpp"

namespace banyan::test {

/// A folder of its own, gone with everything in it at the end. In memory where the system has such
/// a place: tests are about what is written, not about the disk's speed.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = access(memory.c_str(), W_OK) == 0;
    std::string name =
        ((usable ? memory : std::filesystem::temp_directory_path()) / "banyan-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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

  TemporaryFolder folder_;
  sql::SharedDatabase shared_;
};

}  // namespace banyan::test
