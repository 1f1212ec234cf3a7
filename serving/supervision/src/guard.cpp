// SPDX-License-Identifier: Apache-2.0
#include "guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "banyan/kernel/whole_file.hpp"

namespace banyan::supervision {
namespace {

/// In place of the lock's descriptor: all that are open.
constexpr int kAll = -1;

/// Whether a process of the group runs. One that its new parent has not reaped yet still counts for
/// kill(2), and some first processes of containers never reap.
bool runs(pid_t group) {
  if (::kill(-group, 0) != 0) return false;
  std::error_code gone;
  for (const auto& each : std::filesystem::directory_iterator("/proc", gone)) {
    const std::string text = whole_file(each.path() / "stat").value_or("");
    // "12 (name) S 1 12 …": state, parent, group.
    char state = 0;
    pid_t parent = 0;
    pid_t its_group = 0;
    std::istringstream rest(text.substr(std::min(text.rfind(')') + 1, text.size())));
    if (rest >> state >> parent >> its_group && its_group == group && state != 'Z') return true;
  }
  return false;
}

/// Until the last of the groups is gone, or the kernel is taking it away: two seconds at most.
void bury(const std::set<pid_t>& groups) {
  for (const pid_t each : groups) ::kill(-each, SIGKILL);
  for (int i = 0; i < 200; ++i) {
    bool left = false;
    for (const pid_t each : groups) left = left || runs(each);
    if (!left) return;
    ::poll(nullptr, 0, 10);
  }
}

/// What the supervisor has open by then is more than what it had when it began: the ends of pipes
/// that programs write to, the sockets of who asks it.
void close_all_but(int one, int other) {
  const auto [low, high] = std::minmax(one, other);
  const auto close = [](int first, int last) {
    if (first <= last) ::close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0);
  };
  close(STDERR_FILENO + 1, low - 1);
  close(std::max(low, STDERR_FILENO) + 1, high - 1);
  close(high + 1, std::numeric_limits<int>::max());
}

[[noreturn]] void keep_guard(int told) {
  // Neither the terminal's signals nor a kill of the supervisor's group reach it.
  ::setsid();
  ::prctl(PR_SET_NAME, "banyan-guard");
  for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(each, SIG_IGN);
  // Whoever reads what the supervisor prints waits for the end of that, not of this.
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, each);
  std::set<pid_t> groups;
  while (true) {
    pid_t group = 0;  // negative: it is gone
    const ssize_t got = ::read(told, &group, sizeof group);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof group) break;
    if (group > 0) groups.insert(group);
    if (group < 0) groups.erase(-group);
  }
  bury(groups);
  ::_exit(0);
}

}  // namespace

Guard::Guard() { begin(kAll); }

Guard::~Guard() {
  told_.close();
  while (process_ > 0 && ::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Guard::begin(int lock) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  const posix::Descriptor reading(ends[0]);
  posix::Descriptor telling(ends[1]);
  const pid_t made = ::fork();
  if (made < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (made == 0) {
    telling.close();
    if (lock != kAll) close_all_but(reading.number(), lock);
    keep_guard(reading.number());
  }
  process_ = made;
  told_ = std::move(telling);
}

bool Guard::was(pid_t process) {
  if (process != process_) return false;
  process_ = 0;  // may be somebody else's soon
  told_.close();
  return true;
}

void Guard::begin_again(std::span<const pid_t> groups, int lock) {
  begin(lock);
  for (const pid_t each : groups) tell(each);
}

void Guard::forget(pid_t group) { tell(-group); }

void Guard::tell(pid_t group) {
  // A pipe takes so little as a whole; when the guard is gone, there is nobody to tell.
  [[maybe_unused]] const ssize_t told = ::write(told_.number(), &group, sizeof group);
}

}  // namespace banyan::supervision
