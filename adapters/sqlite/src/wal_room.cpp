// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/wal_room.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "banyan/posix/descriptor.hpp"

namespace banyan::sqlite {

// SQLite has its record locks on the database and on the index of the log, none on the log: so the
// log may be opened and closed beside it.
WalRoom hold_wal_room(const std::filesystem::path& database, std::uint64_t bytes) noexcept {
  std::error_code unknown;
  const std::filesystem::path real = std::filesystem::canonical(database, unknown);
  const std::string log = (unknown ? database : real).string() + "-wal";
  const posix::Descriptor file(::open(log.c_str(), O_WRONLY | O_CLOEXEC));
  struct stat now{};
  if (!file.valid() || ::fstat(file.number(), &now) != 0) return WalRoom::Unknown;
  const auto wanted = static_cast<off_t>(bytes);
  int outcome = 0;
  do {
    outcome = ::fallocate(file.number(), FALLOC_FL_KEEP_SIZE, now.st_size, wanted);
  } while (outcome != 0 && errno == EINTR);
  if (outcome == 0) return WalRoom::Held;
  return errno == ENOSPC || errno == EDQUOT ? WalRoom::Full : WalRoom::Unknown;
}

// SQLite removes the log only after it has brought it in.
void keep_wal(const Connection& connection) {
  int keeps = 0;
  const int code =
      sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &keeps);
  if (code != SQLITE_OK || keeps == 0) {
    throw Fault(FaultKind::Misuse, "this SQLite cannot keep the log of a database");
  }
}

}  // namespace banyan::sqlite
