// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "banyan/sql/database.hpp"
#include "ownership.hpp"
#include "sqlite_commits.hpp"
#include "sqlite_readers.hpp"
#include "sqlite_writer.hpp"
#include "write_probe.hpp"

namespace banyan::sql {

/// One file with its writer and its readers.
class SqliteFile {
 public:
  enum class Role : std::uint8_t { Shared, Own };
  /// Waits for the writers of other processes, until the deadline, only if tables of the kit are
  /// missing.
  SqliteFile(std::filesystem::path file, Role role, Ownership& ownership, const Options& options,
             SteadyTime deadline);

  SqliteWriter& writer() { return writer_; }
  SqliteReaders& readers_of(std::size_t module);
  const std::filesystem::path& path() const { return path_; }

  /// Another file is at its path by now, or none: what is read and written here is lost with the
  /// process. Noticed within half a second, or by whoever asks a connection of it.
  bool is_replaced() const { return replaced_ || writer_.file_is_replaced(); }
  bool is_replaced(const SqliteConnection& connection) {
    if (connection.moved()) replaced_ = true;
    return is_replaced();
  }

  /// Throws Fault{Replaced} when the shared file is not at its path any more: what is changed in it
  /// nobody else finds, nor this process after its next start. Never of an own file, which is
  /// opened anew.
  void check_at_path() const;
  bool is_at_path() const {
    return role_ == Role::Own || writer_.look_at_path() == FileAtPath::Found::Itself;
  }

  /// Marks an own file that a move has made and nobody has marked yet. Inside a unit of work.
  void mark_if_due(SqliteConnection& connection);

  WriteAheadLog write_ahead_log() const { return wal_.figures(); }
  /// See Database::probe().
  Result<void> probe(const Context& context);

 private:
  void make_tables_of_kit(Role role, SteadyTime deadline);

  void tell_replaced(bool replaced) const;
  void note_replaced() const;

  const std::filesystem::path path_;
  const std::filesystem::path opened_;  ///< the same behind all links, where SQLite has the log
  const Role role_;
  Ownership& ownership_;
  const Options& options_;
  Snapshots snapshots_;
  SqliteWal wal_;
  SqliteWriter writer_;
  std::atomic<bool> mark_is_due_ = false;
  std::atomic<bool> replaced_ = false;
  WriteProbe write_probe_;
  std::mutex mutex_;
  std::map<std::size_t, std::unique_ptr<SqliteReaders>> readers_;
};

/// The shared file and the files that modules have moved to, opened when first needed.
class SqliteFiles {
 public:
  SqliteFiles(const std::filesystem::path& shared_file, const Options& options);

  const Options& options() const { return options_; }
  Ownership& ownership() { return ownership_; }
  SqliteFile& shared() { return *shared_; }
  /// A module's own file, opened anew when it was replaced: who still uses the one before ends
  /// there. Throws Fault{Storage} when it is not there. Opening one holds up only those who want
  /// the same one.
  std::shared_ptr<SqliteFile> at(const std::string& location, SteadyTime deadline);
  /// Where the module's tables are now, as the shared file says.
  placement::Placement placement_of(const std::string& module, SteadyTime deadline);
  /// Of those that are open.
  std::vector<std::shared_ptr<SqliteFile>> files();
  /// Of all files, with what those did that were replaced.
  WriterFigures figures();
  /// Of other processes, in those that are open.
  SqliteCommits& commits() { return commits_; }
  /// Of the modules that are connected here, as the shared file says.
  std::set<std::string> locations_in_use(SteadyTime deadline);

  /// A module's call has found its tables at neither place, or at last where it looked.
  void waits(const std::string& module);
  void found(const std::string& module);
  std::vector<WaitingModule> waiting();

 private:
  struct OwnFile {
    std::shared_ptr<SqliteFile> file;
    bool being_opened = false;
  };
  std::shared_ptr<SqliteFile> open_own(const std::string& location, SteadyTime deadline);
  /// Of those whose commits can be noticed.
  std::vector<std::filesystem::path> paths();

  const Options options_;
  Ownership ownership_;
  const std::shared_ptr<SqliteFile> shared_;
  std::mutex mutex_;
  std::condition_variable opened_;
  std::map<std::string, OwnFile> own_;
  WriterFigures of_replaced_;
  std::mutex waiting_mutex_;
  std::map<std::string, SteadyTime> waiting_;
  SqliteCommits commits_{[this] { return paths(); }, options_.on_fault};
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const DataSource& source, const Options& options);

  ModuleDatabase connect(const std::string& module, const std::vector<std::string>& tables,
                         const std::vector<BoundaryViolation>& violations) override;
  const DataSource& source() const override { return source_; }
  WriterFigures figures() const override;
  std::vector<ModuleStatement> statements() const override;
  Result<void> probe(const Context& context) override;
  std::vector<WriteAheadLog> write_ahead_logs() const override;
  std::vector<WaitingModule> waiting() const override { return files_->waiting(); }
  DataSource source_of(const std::string& module) const override;
  std::uint64_t epoch_of(const std::string& module) const override;
  std::string stage_of(const std::string& module) const override;
  PlacementFigures placement_of(const std::string& module) const override;
  bool is_at_path() const override { return files_->shared().is_at_path(); }

 private:
  const DataSource source_;
  const std::shared_ptr<SqliteFiles> files_;
};

}  // namespace banyan::sql
