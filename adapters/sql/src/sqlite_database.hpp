// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "ownership.hpp"
#include "sql/database.hpp"
#include "sqlite_readers.hpp"
#include "sqlite_writer.hpp"
#include "write_probe.hpp"

namespace banyan::sql {

/// One file with its writer and its readers.
class SqliteFile {
 public:
  enum class Role : std::uint8_t { Shared, Own };
  SqliteFile(std::filesystem::path file, Role role, Ownership& ownership, const Options& options);

  SqliteWriter& writer() { return writer_; }
  SqliteReaders& readers_of(std::size_t module);
  const std::filesystem::path& path() const { return path_; }

 private:
  void make_tables_of_kit(Role role);

  const std::filesystem::path path_;
  Ownership& ownership_;
  const Options& options_;
  SqliteWriter writer_;
  std::mutex mutex_;
  std::map<std::size_t, std::unique_ptr<SqliteReaders>> readers_;
};

/// The shared file and the files that modules have moved to, opened when first needed.
class SqliteFiles {
 public:
  SqliteFiles(const std::filesystem::path& shared_file, const Options& options);

  const Options& options() const { return options_; }
  Ownership& ownership() { return ownership_; }
  SqliteFile& shared() { return shared_; }
  /// A module's own file. Throws Fault{Storage} when it is not there.
  SqliteFile& at(const std::string& location);
  /// Where the module's tables are now, as the shared file says.
  placement::Placement placement_of(const std::string& module, SteadyTime deadline);
  WriterFigures figures();

  /// A module's call has found its tables at neither place, or at last where it looked.
  void waits(const std::string& module);
  void found(const std::string& module);
  std::vector<WaitingModule> waiting();

 private:
  const Options options_;
  Ownership ownership_;
  SqliteFile shared_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<SqliteFile>> own_;
  std::mutex waiting_mutex_;
  std::map<std::string, SteadyTime> waiting_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const DataSource& source, const Options& options);

  ModuleDatabase connect(const std::string& module, const std::vector<std::string>& tables,
                         const std::vector<Crossing>& crossings) override;
  const DataSource& source() const override { return source_; }
  WriterFigures figures() const override { return files_->figures(); }
  std::vector<ModuleStatement> statements() const override;
  Result<void> probe(const Context& context) override;
  std::vector<WaitingModule> waiting() const override { return files_->waiting(); }
  DataSource place_of(const std::string& module) const override;
  std::uint64_t epoch_of(const std::string& module) const override;

 private:
  const DataSource source_;
  const std::shared_ptr<SqliteFiles> files_;
  WriteProbe write_probe_;
};

}  // namespace banyan::sql
