// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <chrono>
#include <optional>

namespace banyan::program {

/// The signals that a program waits for: SIGINT, SIGQUIT and SIGTERM end it, SIGHUP has it read its
/// files again, and by SIGUSR1 another of its threads wakes the one that waits.
class Signals {
 public:
  /// Blocks them in this thread, and so in all that it makes: before there is any other. From then
  /// on the kernel keeps them until somebody asks. SIGPIPE is ignored: that a reader is gone is an
  /// error of the write.
  Signals();

  int next() const;
  /// The first within that time that is not SIGHUP; nothing when none comes.
  std::optional<int> next_but_hangup(std::chrono::milliseconds time) const;

 private:
  sigset_t set_;
};

}  // namespace banyan::program
