// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

namespace banyan::mover {

Result<Connection> open_existing(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return fail(ErrorCode::NotFound, "mover.no_database",
                "there is no database file " + file.string() + "; check the path");
  }
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return fail(ErrorCode::InvalidArgument, "mover.not_a_database",
                file.string() + " is not a file; give the path of the database file itself");
  }
  try {
    return Connection::open(file, sqlite::OpenMode::ReadRecovering);
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, file));
  }
}

Connection open_for_applying(const std::filesystem::path& file,
                             std::chrono::milliseconds busy_wait) {
  return about(file, [&] {
    Connection opened = Connection::open(file, sqlite::OpenMode::Write, busy_wait);
    opened.set(sqlite::Setting::Triggers, false);
    opened.set(sqlite::Setting::ForeignKeys, false);
    // EXTRA: the removal of a rollback journal is durable too, or a power failure after the switch
    // could roll the destination back.
    opened.run("PRAGMA synchronous = EXTRA; PRAGMA cache_size = -65536");
    return opened;
  });
}

Error error_from(const sqlite::Fault& fault, const std::filesystem::path& fallback) {
  const auto* known = dynamic_cast<const FileFault*>(&fault);
  const std::filesystem::path& file = known == nullptr ? fallback : known->file();
  const std::string said = file.string() + ": " + fault.what();
  switch (fault.kind()) {
    case sqlite::FaultKind::NotADatabase:
      return {ErrorCode::InvalidArgument,
              "mover.not_a_database",
              said + "; give the path of an SQLite database (an encrypted one cannot be read)",
              {}};
    case sqlite::FaultKind::Full:
      return {ErrorCode::ResourceExhausted,
              "mover.no_space",
              said + "; make room, then run the same command again",
              {}};
    case sqlite::FaultKind::Busy: return still_locked(file);
    case sqlite::FaultKind::CannotOpen:
    case sqlite::FaultKind::ReadOnly:
      return {ErrorCode::FailedPrecondition,
              "mover.not_writable",
              said + "; check the permissions of the file and of its folder",
              {}};
    default: return {ErrorCode::Internal, "mover.database", said, {}};
  }
}

Error still_locked(const std::filesystem::path& file) {
  return {ErrorCode::Unavailable,
          "mover.locked",
          "another process holds " + file.string() +
              " and did not let go in time; `fuser` on it and on its .lock shows which. End that "
              "one, or give a longer --wait",
          {}};
}

std::filesystem::path mover_lock_of(const std::filesystem::path& shared) {
  return shared.string() + ".mover.lock";
}

}  // namespace banyan::mover
