// SPDX-License-Identifier: Apache-2.0
#include "store_access.hpp"

namespace banyan::strangler {

StoreAccess::StoreAccess(std::string file, sqlite::Connection connection,
                         const std::vector<std::string>& note_files)
    : file_(std::move(file)),
      connection_(std::move(connection)),
      turn_(file_),
      stages_(connection_),
      notes_(connection_),
      seen_(file_, stages_, notes_, note_files),
      log_beside_(file_, connection_, turn_) {}

StoreAccess::~StoreAccess() {
  if (!log_beside_.is_brought_in() && !connection_.moved()) bring_in();
}

bool StoreAccess::is_of_writing(sqlite::FaultKind kind) {
  return kind == sqlite::FaultKind::Full || kind == sqlite::FaultKind::IoError ||
         kind == sqlite::FaultKind::ReadOnly || kind == sqlite::FaultKind::CannotOpen;
}

/// At once after the commit, under the lock.
void StoreAccess::remember(const Written& written) {
  seen_.saw(written.lines);
  log_beside_.has_grown();
  trouble_.reset();
}

/// First the process goes by it, for a way back is waited for by users.
void StoreAccess::after_commit(const Written& written) {
  if (written.traffic()) {
    const std::lock_guard lock(following_);
    if (in_force_) in_force_();
  }
  LastLines last;
  const auto brought_in = guarded([&]() -> Result<void> {
    bring_in();
    last = seen_.last();
    return {};
  });
  // A note that cannot be written stays behind, which harms nobody; the next change, or start,
  // writes it.
  if (brought_in) (void)seen_.note(last);
}

void StoreAccess::bring_in() {
  if (connection_.is_read_only()) return;
  log_beside_.bring_in();
  hold_room();
}

/// False, and told, when the disk has not so much. A trouble that is known stays: that nothing can
/// be written is worse, and over only when something was.
bool StoreAccess::hold_room() {
  if (log_beside_.hold_room()) return true;
  if (!trouble_) trouble_ = full_control_store(file_, NoRoom::ForMore);
  return false;
}

Result<void> StoreAccess::check_the_log() {
  const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
  return seen_.check_that_the_log_has_them();
}

Result<void> StoreAccess::check_room() {
  if (hold_room()) return {};
  return fail(*trouble_);
}

Result<void> StoreAccess::mark_notes() {
  LastLines last;
  auto whole = guarded([&]() -> Result<void> {
    auto checked = check_the_log();
    last = seen_.last();
    return checked;
  });
  if (!whole) return whole;
  return seen_.note(last);
}

void StoreAccess::follow(std::function<void()> in_force) {
  const std::lock_guard lock(following_);
  in_force_ = std::move(in_force);
}

std::optional<Error> StoreAccess::unwritable() {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::string StoreAccess::not_in_file() {
  const std::lock_guard lock(mutex_);
  if (log_beside_.trouble().empty()) return {};
  return log_not_in_file(file_, log_beside_.trouble());
}

void StoreAccess::tend() {
  const auto may_be_over = guarded([&]() -> Result<bool> {
    // Also of a full disk: the log that is in the file has its room for the way back again.
    if (!log_beside_.is_brought_in()) bring_in();
    if (!trouble_) return false;
    if (auto room = check_room(); !room) return fail(std::move(room.error()));
    return true;
  });
  if (!may_be_over || !*may_be_over) return;  // who asks for a change, and health, are told
  // A commit that changes nothing: what it says goes to the disk as any other. It waits for nobody,
  // since it comes again.
  const auto tried = change(
      [&](Written& written) -> Result<void> {
        connection_.set_user_version(connection_.user_version());
        written.rows = true;
        return {};
      },
      std::chrono::milliseconds(0));
  (void)tried;
}

}  // namespace banyan::strangler
