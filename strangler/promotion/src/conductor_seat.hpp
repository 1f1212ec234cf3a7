// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/kernel/result.hpp"
#include "banyan/posix/descriptor.hpp"

namespace banyan::strangler {

/// Of several processes that share a control store, one takes rollouts forward: who holds the lock
/// of this file (flock). The system gives it up when the process dies, however it dies, so there
/// is no time to wait for and none to be late for. It only keeps two from working at once: what
/// decides is the version of the plan, which is compared in the transaction that shifts.
class ConductorSeat {
 public:
  explicit ConductorSeat(std::string file) : file_(std::move(file)) {}

  /// Whether this process has it now; not when another one has. Never waits. Unavailable
  /// "banyan.no_conductor_seat" when the file cannot be locked at all.
  Result<bool> take();
  void leave() { descriptor_.close(); }

 private:
  std::string file_;
  posix::Descriptor descriptor_;
};

}  // namespace banyan::strangler
