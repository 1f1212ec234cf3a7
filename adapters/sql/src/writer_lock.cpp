// SPDX-License-Identifier: Apache-2.0
#include "sql/writer_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <thread>

#include "sql/fault.hpp"

namespace banyan::sql {
namespace {

// The turn is a record lock on the same file, which does not meet flock: who wants the lock takes
// the turn first and keeps it until the lock is there.
bool change_turn(int file, short type) noexcept {
  struct flock turn{};
  turn.l_type = type;
  turn.l_whence = SEEK_SET;
  turn.l_start = 0;
  turn.l_len = 1;
  return fcntl(file, F_OFD_SETLK, &turn) == 0;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& database_file) {
  auto path = database_file;
  path += ".lock";
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) {
    throw Fault(FaultKind::Storage,
                "cannot open the lock file '" + path.string() +
                    "': " + std::generic_category().message(errno) +
                    ". The process needs to write in the folder of the database.");
  }
}

WriterLock::~WriterLock() {
  release();
  close(file_);
}

bool WriterLock::try_acquire() noexcept {
  held_ = flock(file_, LOCK_EX | LOCK_NB) == 0;
  return held_;
}

bool WriterLock::acquire(const std::function<bool()>& give_up) {
  bool my_turn = false;
  while (true) {
    if (!my_turn) my_turn = change_turn(file_, F_WRLCK);
    if (my_turn && try_acquire()) break;
    if (give_up()) break;
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  if (my_turn) change_turn(file_, F_UNLCK);
  return held_;
}

void WriterLock::release() noexcept {
  if (!held_) return;
  flock(file_, LOCK_UN);
  held_ = false;
}

}  // namespace banyan::sql
