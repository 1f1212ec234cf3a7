// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/backup.hpp"

#include <sqlite3.h>

#include "banyan/sqlite/durable_file.hpp"
#include "handle_fault.hpp"

namespace banyan::sqlite {

Backup::Backup(const Connection& source, const Connection& destination)
    : destination_(destination.handle()),
      backup_(sqlite3_backup_init(destination.handle(), "main", source.handle(), "main")) {
  if (backup_ == nullptr) throw fault_of(destination_);
}

Backup::~Backup() { sqlite3_backup_finish(backup_); }

BackupProgress Backup::step(int pages) {
  const int code = sqlite3_backup_step(backup_, pages);
  if (code != SQLITE_OK && code != SQLITE_DONE) throw Fault(code, sqlite3_errstr(code));
  return {sqlite3_backup_remaining(backup_), sqlite3_backup_pagecount(backup_),
          code == SQLITE_DONE};
}

void back_up(const Connection& source, const std::filesystem::path& file, int pages_per_step,
             const std::function<void(const BackupProgress&)>& on_progress) {
  auto part = file;
  part += ".part";
  std::filesystem::remove(part);
  {
    const Connection destination = Connection::open(part, OpenMode::Create);
    Backup backup(source, destination);
    for (BackupProgress progress; !progress.done;) {
      progress = backup.step(pages_per_step);
      if (on_progress) on_progress(progress);
    }
  }
  replace_durably(part, file);
}

}  // namespace banyan::sqlite
