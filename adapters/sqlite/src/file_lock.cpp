// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "banyan/sqlite/fault.hpp"
#include "banyan/sqlite/file_name.hpp"
#include "banyan/sqlite/file_owner.hpp"

namespace banyan::sqlite {
namespace {

// flock(2) has no time limit and the turn no queue: both are polled.
constexpr std::chrono::microseconds kPause{500};

bool change_turn(int descriptor, short type) noexcept {
  struct flock turn{};
  turn.l_type = type;
  turn.l_whence = SEEK_SET;
  turn.l_start = 0;
  turn.l_len = 1;
  return ::fcntl(descriptor, F_OFD_SETLK, &turn) == 0;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& lock_file,
                   const std::filesystem::path& database) try
    : descriptor_(open_like(lock_file, database)) {
} catch (const Fault& fault) {
  throw Fault(fault.kind(), "cannot open the lock file: " + fault.message());
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::move(other.descriptor_)), held_(std::exchange(other.held_, false)) {}

std::optional<FileLock> FileLock::take(const std::filesystem::path& lock_file,
                                       const std::filesystem::path& database,
                                       std::chrono::milliseconds wait) {
  FileLock lock(lock_file, database);
  if (!lock.acquire(wait)) return std::nullopt;
  return lock;
}

bool FileLock::try_acquire() noexcept {
  held_ = ::flock(descriptor_.number(), LOCK_EX | LOCK_NB) == 0;
  return held_;
}

bool FileLock::acquire(const std::function<bool()>& give_up) {
  bool my_turn = false;
  while (true) {
    if (!my_turn) my_turn = change_turn(descriptor_.number(), F_WRLCK);
    if (my_turn && try_acquire()) break;
    if (give_up()) break;
    std::this_thread::sleep_for(kPause);
  }
  if (my_turn) change_turn(descriptor_.number(), F_UNLCK);
  return held_;
}

bool FileLock::acquire(std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  return acquire([until] { return std::chrono::steady_clock::now() >= until; });
}

void FileLock::release() noexcept {
  if (!held_) return;
  ::flock(descriptor_.number(), LOCK_UN);
  held_ = false;
}

void FileLock::sign(const std::string& text) const {
  if (::ftruncate(descriptor_.number(), 0) == 0) {
    [[maybe_unused]] const auto written =
        ::pwrite(descriptor_.number(), text.data(), text.size(), 0);
  }
}

// Without a time of its own anybody may who may write the file, not its owner only.
bool FileLock::touch() const noexcept { return ::futimens(descriptor_.number(), nullptr) == 0; }

std::string FileLock::holder(const std::filesystem::path& lock_file) {
  std::ifstream in(lock_file);
  std::string line;
  std::getline(in, line);
  return line;
}

bool FileLock::is_held(const std::filesystem::path& lock_file) noexcept {
  const posix::Descriptor asks(::open(lock_file.c_str(), O_RDONLY | O_CLOEXEC));
  return asks.valid() && ::flock(asks.number(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

// "1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF" (proc(5)). The device is left out: file systems
// that stand on others have two.
bool FileLock::is_held_by(const std::filesystem::path& lock_file, pid_t process) {
  struct stat known{};
  if (::stat(lock_file.c_str(), &known) != 0) return false;
  const std::string file = ':' + std::to_string(known.st_ino);
  std::ifstream in("/proc/locks");
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advisory;
    std::string mode;
    std::string place;
    pid_t holder = 0;
    if (!(words >> number >> kind >> advisory >> mode >> holder >> place)) continue;
    if (kind == "FLOCK" && mode == "WRITE" && holder == process && place.ends_with(file))
      return true;
  }
  return false;
}

std::filesystem::path writer_lock_of(const std::filesystem::path& database) {
  return behind_links(database).string() + ".lock";
}

}  // namespace banyan::sqlite
