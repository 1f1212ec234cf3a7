// SPDX-License-Identifier: Apache-2.0
#include "control_file.hpp"

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "banyan/sqlite/file_header.hpp"
#include "banyan/sqlite/transaction.hpp"
#include "banyan/sqlite/wal_room.hpp"
#include "banyan/stages/made_note.hpp"
#include "store_errors.hpp"
#include "write_turn.hpp"

namespace banyan::strangler {
namespace {

constexpr std::uint32_t kApplicationId = 0x42'4E'59'43;  // "BNYC"
constexpr std::int32_t kSchemaVersion = 3;

// An addition that earlier versions of schema 3 pass over, so that they go on with the file.
constexpr const char* kSightings = R"(
CREATE TABLE IF NOT EXISTS sightings (
  module               TEXT PRIMARY KEY,
  old_side             INTEGER NOT NULL,                        -- see strangler::Topology
  new_side             INTEGER NOT NULL,
  data                 TEXT NOT NULL,
  both_reach_data      INTEGER NOT NULL,
  old_side_sees_writes INTEGER NOT NULL
) STRICT;
)";

// Another: lines of the switch log that are no revisions, and the table that was told last.
constexpr const char* kNotes = R"(
CREATE TABLE IF NOT EXISTS switch_log_notes (
  note          INTEGER PRIMARY KEY,
  seq           INTEGER NOT NULL,                               -- the revision that it was written at
  kind          TEXT NOT NULL,                                  -- plan, routes
  time          INTEGER NOT NULL,                               -- microseconds since 1970, UTC
  module        TEXT NOT NULL,
  who           TEXT NOT NULL,
  why           TEXT NOT NULL,
  before        TEXT NOT NULL,
  after         TEXT NOT NULL,
  evidence      TEXT NOT NULL,
  stage_hash    TEXT NOT NULL,                                  -- of line seq of switch_log
  previous_hash TEXT NOT NULL,                                  -- of the note before
  hash          TEXT NOT NULL,
  format        INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS loaded_table (
  name TEXT PRIMARY KEY,                                        -- "route NAME", "upstream NAME" …
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS switch_log_keeps_notes BEFORE UPDATE ON switch_log_notes
BEGIN SELECT RAISE(ABORT, 'the switch log is only ever appended to'); END;
CREATE TRIGGER IF NOT EXISTS switch_log_loses_no_note BEFORE DELETE ON switch_log_notes
BEGIN SELECT RAISE(ABORT, 'the switch log is only ever appended to'); END;
)";

// The triggers keep slips from happening; it is the chain that shows malice. The table of the
// rollouts has kept the name that it had in the first format.
constexpr const char* kSchema = R"(
PRAGMA application_id = 1112430915;
PRAGMA user_version = 3;
CREATE TABLE migrations (
  module   TEXT PRIMARY KEY,
  stage    TEXT NOT NULL,
  reads    INTEGER NOT NULL CHECK (reads BETWEEN 0 AND 10000),  -- hundredths of a per cent
  writes   TEXT NOT NULL CHECK (writes IN ('local', 'remote')),
  revision INTEGER NOT NULL                                     -- seq of its last line in the log
) STRICT;
CREATE TABLE switch_log (
  seq           INTEGER PRIMARY KEY,
  time          INTEGER NOT NULL,                               -- microseconds since 1970, UTC
  module        TEXT NOT NULL,
  who           TEXT NOT NULL,
  why           TEXT NOT NULL,
  before        TEXT NOT NULL,
  after         TEXT NOT NULL,
  evidence      TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash          TEXT NOT NULL,
  format        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE plans (
  module   TEXT PRIMARY KEY,
  version  INTEGER NOT NULL,                                    -- grows with each change
  document TEXT NOT NULL                                        -- JSON of strangler/promotion
) STRICT;
CREATE INDEX switch_log_module ON switch_log (module, seq);
CREATE TRIGGER switch_log_keeps_lines BEFORE UPDATE ON switch_log
BEGIN SELECT RAISE(ABORT, 'the switch log is only ever appended to'); END;
CREATE TRIGGER switch_log_loses_nothing BEFORE DELETE ON switch_log
BEGIN SELECT RAISE(ABORT, 'the switch log is only ever appended to'); END;
)";
static_assert(kApplicationId == 1112430915);

/// Where a control store was, to name another file would be to forget it.
std::unexpected<Error> foreign(const std::string& file, const std::string& what) {
  const std::string note = made_note_beside(file);
  std::error_code unknown;
  const bool was_a_store = std::filesystem::exists(note, unknown);
  return fail(ErrorCode::FailedPrecondition, "banyan.foreign_control_store",
              file + ' ' + what + ". It is left as it is; " +
                  (was_a_store ? "but by " + note + " a control store was there. " +
                                     ways_out(file, "move " + file + " away, delete " + note)
                               : "name another file as the control store."));
}

std::unexpected<Error> newer_schema(const std::string& file, std::int32_t version) {
  return std::unexpected(
      made_by_a_newer_version(file, "its schema has version " + std::to_string(version)));
}

// True when the file is to be filled, false when it is a control store.
Result<bool> is_new(const std::string& file, ControlStore::Mode mode) {
  const bool may_create = mode == ControlStore::Mode::MayCreate;
  const sqlite::FileHeader header = sqlite::read_file_header(file);
  switch (header.state) {
    case sqlite::FileState::Missing:
      if (may_create) return true;
      return fail(
          ErrorCode::NotFound, "banyan.no_control_store",
          "there is no control store " + file +
              ". An application or proxy makes one when it starts; name the file that it uses.");
    case sqlite::FileState::NotAFile: return foreign(file, "is not a file");
    case sqlite::FileState::Unreadable:
      return fail(ErrorCode::Unavailable, "banyan.control_store_unavailable",
                  "cannot read the control store " + file + ": " + header.problem);
    case sqlite::FileState::Empty:
      if (may_create) return true;
      return foreign(file, "is empty");
    case sqlite::FileState::SomethingElse: return foreign(file, "is not a SQLite database");
    case sqlite::FileState::Database: break;
  }
  if (header.application_id != kApplicationId) {
    return foreign(file, "is a SQLite database, but not a control store of Banyan");
  }
  if (header.user_version > kSchemaVersion) return newer_schema(file, header.user_version);
  return false;
}

// Who may only read it may still look.
sqlite::Connection open_existing(const std::string& file) {
  try {
    return sqlite::Connection::open(file, sqlite::OpenMode::Write);
  } catch (const sqlite::Fault& fault) {
    if (fault.kind() != sqlite::FaultKind::ReadOnly) throw;
    return sqlite::Connection::open(file, sqlite::OpenMode::Read);
  }
}

void configure(const sqlite::Connection& connection) {
  sqlite::keep_wal(connection);
  connection.set(sqlite::Setting::TrustedSchema, false);
  connection.run("PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL");
}

void create(const sqlite::Connection& connection) {
  // With a rollback journal, so that the first page is in the file and not in a log beside it.
  sqlite::Transaction transaction(connection, sqlite::Begin::Exclusive);
  // Another process may have been first.
  if (connection.application_id() != kApplicationId) {
    connection.run(kSchema);
    connection.run(kSightings);
    connection.run(kNotes);
  }
  transaction.commit();
}

// Version 1 had no format beside its lines, which are all of format 1; version 2 had no plans.
void upgrade(const std::string& file, sqlite::Connection& connection) {
  const bool is_whole = connection.user_version() >= kSchemaVersion &&
                        knows_sightings(connection) && knows_notes(connection);
  if (connection.is_read_only() || is_whole) return;
  WriteTurn turn(file);
  WriteTransaction transaction(turn, connection);
  if (connection.user_version() < 2) {
    connection.run("ALTER TABLE switch_log ADD COLUMN format INTEGER NOT NULL DEFAULT 1");
  }
  if (connection.user_version() < 3) {
    connection.run(
        "CREATE TABLE plans (module TEXT PRIMARY KEY, version INTEGER NOT NULL, "
        "document TEXT NOT NULL) STRICT");
    connection.set_user_version(kSchemaVersion);
  }
  connection.run(kSightings);
  connection.run(kNotes);
  transaction.commit();
}

}  // namespace

bool knows_sightings(const sqlite::Connection& connection) {
  return connection.has_table("sightings");
}

bool knows_notes(const sqlite::Connection& connection) {
  return connection.has_table("switch_log_notes") && connection.has_table("loaded_table");
}

Result<sqlite::Connection> open_control_file(const std::string& file, ControlStore::Mode mode) {
  auto fresh = is_new(file, mode);
  if (!fresh) return std::unexpected(std::move(fresh.error()));
  try {
    auto connection =
        *fresh ? sqlite::Connection::open(file, sqlite::OpenMode::Create) : open_existing(file);
    configure(connection);
    if (*fresh) create(connection);
    // Watchers read while somebody writes.
    connection.run("PRAGMA journal_mode = WAL");
    if (const std::string check = connection.text("PRAGMA quick_check(1)"); check != "ok") {
      throw sqlite::Fault(sqlite::FaultKind::Corrupt, check);
    }
    // The header knows only what has left the write-ahead log.
    if (const auto version = connection.user_version(); version > kSchemaVersion) {
      return newer_schema(file, version);
    }
    upgrade(file, connection);
    return connection;
  } catch (const sqlite::Fault& fault) {
    return std::unexpected(control_store_error(file, fault));
  }
}

}  // namespace banyan::strangler
