// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <span>

#include "banyan/posix/descriptor.hpp"

namespace banyan::supervision {

/// A small process beside the supervisor which, when that is gone, however it went, kills what is
/// left of the process groups. It holds duplicates of all descriptors that are open when it is
/// made, the supervisor's lock among them, until then: who has the lock next finds nobody left.
class Guard {
 public:
  /// Forks: before there are threads. Throws std::system_error.
  Guard();
  /// Ends the guard; what still runs then is killed.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Whether that process, which was waited for, is the guard: it was killed, and nobody guards.
  bool was(pid_t process);
  /// Another one in its place, of the groups that there are. It has no descriptors but `lock`, the
  /// supervisor's. Forks: while there are no threads. Throws std::system_error.
  void begin_again(std::span<const pid_t> groups, int lock);
  pid_t process() const { return process_; }  ///< 0: nobody guards

  /// Where a child writes its process id (a pid_t) when it leads a group, and the negative of it
  /// when it could not become what it was to be. -1 while nobody guards.
  int descriptor() const { return told_.number(); }
  /// Nothing is left of the group, so its number may soon be somebody else's.
  void forget(pid_t group);

 private:
  void begin(int lock);
  void tell(pid_t group);

  pid_t process_ = 0;
  posix::Descriptor told_;
};

}  // namespace banyan::supervision
