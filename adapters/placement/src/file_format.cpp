// SPDX-License-Identifier: Apache-2.0
#include "banyan/placement/file_format.hpp"

#include "banyan/kit_tables/kit_tables.hpp"
#include "banyan/placement/replaced_database.hpp"
#include "banyan/sqlite/file_header.hpp"
#include "banyan/sqlite/file_lock.hpp"

namespace banyan::placement {
namespace {

constexpr auto kLockWait = sqlite::Connection::kBusyWait;

std::unexpected<Error> refused(const std::filesystem::path& file, std::string rule,
                               const std::string& what) {
  return fail(ErrorCode::FailedPrecondition, std::move(rule), "'" + file.string() + "' " + what);
}

std::unexpected<Error> foreign(const std::filesystem::path& file, const std::string& what,
                               const std::string& hint = {}) {
  return refused(file, "banyan.foreign_database",
                 what + ". It is left as it is; name another file, or a new one." + hint);
}

std::unexpected<Error> marked_by_another(const std::filesystem::path& file, std::uint32_t id) {
  return foreign(
      file, "is marked by another program as its own (application_id " + std::to_string(id) + ")");
}

std::unexpected<Error> somebody_writes(const std::filesystem::path& file) {
  return fail(ErrorCode::Unavailable, "banyan.database_unwritable",
              "cannot mark '" + file.string() +
                  "': another process has been writing it without a pause; find it with `fuser` on"
                  " it and on its .lock");
}

// Before the mark there was, from the first migration on, the table of migrations.
bool has_table_of_kit(const sqlite::Connection& database) {
  return database.number(
             "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN "
             "('banyan_migrations', 'banyan_fence', 'banyan_gate')") != 0;
}

}  // namespace

Result<void> check_database(const std::filesystem::path& file) {
  // Before anything is opened: that would play the log in.
  if (auto problem = foreign_log_of(file)) {
    return fail(ErrorCode::FailedPrecondition, "banyan.database_replaced", *std::move(problem));
  }
  const sqlite::FileHeader header = sqlite::read_file_header(file);
  switch (header.state) {
    case sqlite::FileState::Missing:
    case sqlite::FileState::Empty: return {};
    case sqlite::FileState::NotAFile: return foreign(file, "is not a file");
    case sqlite::FileState::Unreadable:
      return fail(ErrorCode::Unavailable, "banyan.database_unreadable",
                  "cannot read '" + file.string() + "': " + header.problem);
    case sqlite::FileState::SomethingElse: return foreign(file, "is not a SQLite database");
    case sqlite::FileState::Database: break;
  }
  try {
    std::uint32_t id = header.application_id;
    std::int32_t version = header.user_version;
    if (id != kApplicationId || header.is_wal) {
      const auto database = sqlite::Connection::open(file, sqlite::OpenMode::Read);
      // One look: another program may be making its tables at this moment.
      database.run("BEGIN");
      id = database.application_id();
      version = database.user_version();
      const bool is_ours = id == kApplicationId || has_table_of_kit(database) ||
                           database.number("SELECT count(*) FROM sqlite_master") == 0;
      if (!is_ours) {
        if (id != 0) return marked_by_another(file, id);
        return foreign(file, "is the database of something else: it has tables, and none of Banyan",
                       " If it is your own application's, from before it used Banyan: `banyan "
                       "schema adopt --database " +
                           file.string() + "`");
      }
    }
    if (id == kApplicationId && version > kit_tables::kFormat) {
      return refused(file, "banyan.newer_database",
                     "was written by a newer version of Banyan (format " + std::to_string(version) +
                         ", this program knows up to " + std::to_string(kit_tables::kFormat) +
                         "). Run that version, or go back to a copy from before the upgrade.");
    }
    return {};
  } catch (const sqlite::Fault& fault) {
    const bool is_damaged = fault.kind() == sqlite::FaultKind::Corrupt ||
                            fault.kind() == sqlite::FaultKind::NotADatabase;
    return fail(is_damaged ? ErrorCode::FailedPrecondition : ErrorCode::Unavailable,
                "banyan.database_unreadable",
                "cannot read '" + file.string() + "': " + fault.what() + ". " +
                    std::string(sqlite::next_step(fault.kind())));
  }
}

Result<bool> adopt_database(const std::filesystem::path& file) {
  const sqlite::FileHeader header = sqlite::read_file_header(file);
  if (header.state == sqlite::FileState::Missing || header.state == sqlite::FileState::Empty) {
    return refused(file, "banyan.nothing_to_adopt",
                   "has no tables. The application makes its database when it starts.");
  }
  const auto usable = check_database(file);
  if (usable && header.application_id == kApplicationId) return false;
  if (!usable && (usable.error().rule != "banyan.foreign_database" ||
                  header.state != sqlite::FileState::Database)) {
    return std::unexpected(usable.error());
  }
  try {
    const auto lock = sqlite::FileLock::take(sqlite::writer_lock_of(file), file, kLockWait);
    if (!lock) return somebody_writes(file);
    const auto database = sqlite::Connection::open(file, sqlite::OpenMode::Write);
    const std::uint32_t id = database.application_id();
    if (id == kApplicationId) return false;
    if (id != 0) return marked_by_another(file, id);
    mark_database(database);
    return true;
  } catch (const sqlite::Fault& fault) {
    return fail(ErrorCode::Unavailable, "banyan.database_unwritable",
                "cannot mark '" + file.string() + "': " + fault.what() + ". " +
                    std::string(sqlite::next_step(fault.kind())));
  }
}

void mark_database(const sqlite::Connection& database) {
  if (database.application_id() == kApplicationId && database.user_version() >= kit_tables::kFormat)
    return;
  database.set_application_id(kApplicationId);
  database.set_user_version(kit_tables::kFormat);
}

}  // namespace banyan::placement
