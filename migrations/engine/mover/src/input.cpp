// SPDX-License-Identifier: Apache-2.0
#include "input.hpp"

namespace banyan::mover {

Result<Connection> open_existing(const std::filesystem::path& file, OpenMode mode,
                                 std::chrono::milliseconds busy_wait) {
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
    return Connection::open(file, mode, busy_wait);
  } catch (const SqliteFault& fault) {
    return fail(error_from(fault, file));
  }
}

Error error_from(const SqliteFault& fault, const std::filesystem::path& file) {
  const std::string said = file.string() + ": " + fault.what();
  switch (fault.code()) {
    case SQLITE_NOTADB:
      return {ErrorCode::InvalidArgument,
              "mover.not_a_database",
              said + "; give the path of an SQLite database (an encrypted one cannot be read)",
              {}};
    case SQLITE_FULL:
      return {ErrorCode::ResourceExhausted,
              "mover.no_space",
              said + "; make room, then run the same command again: nothing was switched",
              {}};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::Unavailable,
              "mover.locked",
              said + "; another process holds the database; try again, or wait longer for it",
              {}};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::FailedPrecondition,
              "mover.not_writable",
              said + "; check the permissions of the file and of its folder",
              {}};
    default: return {ErrorCode::Internal, "mover.database", said, {}};
  }
}

}  // namespace banyan::mover
