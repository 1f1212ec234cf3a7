// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "banyan/sqlite/connection.hpp"

struct sqlite3_backup;

namespace banyan::sqlite {

struct BackupProgress {
  int remaining_pages = 0;
  int total_pages = 0;
  bool done = false;
};

/// Copies a database while it is used. A write of another connection between two steps lets the
/// copy begin again. What the destination held is overwritten; it is whole after the last step.
class Backup {
 public:
  Backup(const Connection& source, const Connection& destination);
  ~Backup();
  Backup(const Backup&) = delete;
  Backup& operator=(const Backup&) = delete;

  /// Copies up to `pages` (-1: all that is left). FaultKind::Busy may be tried again.
  BackupProgress step(int pages);

 private:
  ::sqlite3* destination_;
  ::sqlite3_backup* backup_;
};

/// A backup as a file. Until it is whole it is called FILE.part; an older FILE is replaced then,
/// durably. `on_progress` is called after each step and may throw to give up.
void back_up(const Connection& source, const std::filesystem::path& file, int pages_per_step = 256,
             const std::function<void(const BackupProgress&)>& on_progress = {});

}  // namespace banyan::sqlite
