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
#include <set>
#include <sstream>
#include <string>
#include <system_error>

#include "banyan/kernel/whole_file.hpp"

namespace banyan::supervision {
namespace {

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

Guard::Guard() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  posix::Descriptor reading(ends[0]);
  told_ = posix::Descriptor(ends[1]);
  process_ = ::fork();
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (process_ == 0) {
    told_.close();
    keep_guard(reading.number());
  }
}

Guard::~Guard() {
  told_.close();
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Guard::forget(pid_t group) {
  const pid_t gone = -group;
  // A pipe takes so little as a whole; when the guard is gone, there is nobody to tell.
  [[maybe_unused]] const ssize_t told = ::write(told_.number(), &gone, sizeof gone);
}

}  // namespace banyan::supervision
