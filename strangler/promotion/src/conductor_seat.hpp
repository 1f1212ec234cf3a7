// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace banyan::strangler {

/// Of several processes that share a control store, one takes rollouts forward: who holds the lock
/// of this file (flock). The system gives it up when the process dies, however it dies, so there
/// is no time to wait for and none to be late for. It only keeps two from working at once: what
/// decides is the version of the plan, which is compared in the transaction that shifts.
class ConductorSeat {
 public:
  explicit ConductorSeat(std::string file) : file_(std::move(file)) {}
  ~ConductorSeat() { leave(); }
  ConductorSeat(const ConductorSeat&) = delete;
  ConductorSeat& operator=(const ConductorSeat&) = delete;

  /// Whether this process has it now. Never waits.
  bool take();
  void leave();

 private:
  std::string file_;
  int descriptor_ = -1;
};

}  // namespace banyan::strangler
