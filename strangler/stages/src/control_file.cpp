// SPDX-License-Identifier: Apache-2.0
#include "control_file.hpp"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

namespace banyan::strangler {
namespace {

constexpr std::int64_t kApplicationId = 0x42'4E'59'43;  // "BNYC"
constexpr std::int64_t kSchemaVersion = 1;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;

// The triggers keep slips from happening; it is the chain that shows malice.
constexpr const char* kSchema = R"(
PRAGMA application_id = 1112430915;
PRAGMA user_version = 1;
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
  hash          TEXT NOT NULL
) STRICT;
CREATE INDEX switch_log_module ON switch_log (module, seq);
CREATE TRIGGER switch_log_keeps_lines BEFORE UPDATE ON switch_log
BEGIN SELECT RAISE(ABORT, 'the switch log is only ever appended to'); END;
CREATE TRIGGER switch_log_loses_nothing BEFORE DELETE ON switch_log
BEGIN SELECT RAISE(ABORT, 'the switch log is only ever appended to'); END;
)";
static_assert(kApplicationId == 1112430915);

std::unexpected<Error> foreign(const std::string& file, const std::string& what) {
  return fail(ErrorCode::FailedPrecondition, "banyan.foreign_control_store",
              file + ' ' + what + ". It is left as it is; name another file as the control store.");
}

std::int64_t big_endian(const std::array<char, kHeaderBytes>& header, std::size_t at) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value * 256 + static_cast<unsigned char>(header[at + i]);
  return value;
}

// True when the file is to be filled, false when it is a control store.
Result<bool> is_new(const std::string& file, ControlStore::Mode mode) {
  const bool may_create = mode == ControlStore::Mode::MayCreate;
  std::error_code problem;
  const auto status = std::filesystem::status(file, problem);
  if (!std::filesystem::exists(status)) {
    if (may_create) return true;
    return fail(
        ErrorCode::NotFound, "banyan.no_control_store",
        "there is no control store " + file +
            ". An application or proxy makes one when it starts; name the file that it uses.");
  }
  if (!std::filesystem::is_regular_file(status)) return foreign(file, "is not a file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return fail(ErrorCode::Unavailable, "banyan.control_store_unavailable",
                "cannot read the control store " + file + ": " + std::strerror(errno));
  }
  std::array<char, kHeaderBytes> header{};
  stream.read(header.data(), header.size());
  if (stream.gcount() == 0 && may_create) return true;
  if (static_cast<std::size_t>(stream.gcount()) < kHeaderBytes ||
      std::string_view(header.data(), kMagic.size()) != kMagic) {
    return foreign(file, stream.gcount() == 0 ? "is empty" : "is not a SQLite database");
  }
  if (big_endian(header, kApplicationIdAt) != kApplicationId) {
    return foreign(file, "is a SQLite database, but not a control store of Banyan");
  }
  if (const std::int64_t version = big_endian(header, kUserVersionAt); version > kSchemaVersion) {
    return std::unexpected(
        made_by_a_newer_version(file, "its schema has version " + std::to_string(version)));
  }
  return false;
}

void configure(sqlite::Connection& connection) {
  connection.run("PRAGMA trusted_schema = OFF");
  connection.run("PRAGMA cell_size_check = ON");
  connection.run("PRAGMA synchronous = FULL");
}

void create(sqlite::Connection& connection) {
  // With a rollback journal, so that the first page is in the file and not in a log beside it.
  sqlite::Transaction transaction(connection, "BEGIN EXCLUSIVE");
  // Another process may have been first.
  if (connection.number("PRAGMA application_id") != kApplicationId) connection.run(kSchema);
  transaction.commit();
}

}  // namespace

Error made_by_a_newer_version(const std::string& file, const std::string& what) {
  return {ErrorCode::FailedPrecondition,
          "banyan.foreign_control_store",
          file + " was written by a newer version of Banyan (" + what +
              "). Use that version, or name another file as the control store.",
          {}};
}

Error control_store_error(const std::string& file, const sqlite::Fault& fault) {
  switch (fault.code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::Unavailable,
              "banyan.control_store_busy",
              "the control store " + file +
                  " was locked by another process for five seconds. Try again; `fuser " + file +
                  "` shows who has it open.",
              {}};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          ErrorCode::FailedPrecondition,
          "banyan.corrupt_control_store",
          "the control store " + file + " is damaged (" + fault.what() +
              "). Stop what uses it and put back a copy, or move the file away and shift again: it "
              "holds stages and their log, no data of the application.",
          {}};
    default:
      return {ErrorCode::Unavailable,
              "banyan.control_store_unavailable",
              "cannot use the control store " + file + ": " + fault.what() +
                  ". Check that its folder exists, may be written and has room.",
              {}};
  }
}

Result<std::unique_ptr<sqlite::Connection>> open_control_file(const std::string& file,
                                                              ControlStore::Mode mode) {
  auto fresh = is_new(file, mode);
  if (!fresh) return std::unexpected(std::move(fresh.error()));
  try {
    auto connection = std::make_unique<sqlite::Connection>(
        file, *fresh ? sqlite::Connection::Access::Create : sqlite::Connection::Access::ReadWrite);
    configure(*connection);
    if (*fresh) create(*connection);
    // Watchers read while somebody writes.
    connection->run("PRAGMA journal_mode = WAL");
    if (const std::string check = connection->text("PRAGMA quick_check(1)"); check != "ok") {
      throw sqlite::Fault(SQLITE_CORRUPT, check);
    }
    return connection;
  } catch (const sqlite::Fault& fault) {
    return std::unexpected(control_store_error(file, fault));
  }
}

}  // namespace banyan::strangler
