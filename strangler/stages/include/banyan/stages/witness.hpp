// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "banyan/kernel/executor.hpp"
#include "banyan/stages/switchboard.hpp"

namespace banyan::strangler {

/// Notes in the control store what stands on both sides of each rollout, so that whoever has the
/// store and no process to ask (`banyan … --store`) goes by the same rules:
///
///     survey of the process → Witness → control store → survey of who comes past it
///
/// Of several processes that share a store one is the witness: who holds the lock beside it, which
/// the system gives up when the process dies, and touches it at each look. So what is noted is so
/// now while the lock is held and fresh, and was so once when it is not. What has changed is noted
/// within a second.
class Witness {
 public:
  static constexpr std::chrono::milliseconds kLook{1'000};

  /// Store and survey, with what it looks at, must outlive it.
  Witness(ControlStore& store, Survey survey);
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  /// From now on it looks by itself; until end(), which waits for a look that is under way.
  void begin(Scheduler& scheduler);
  void end();

  /// One look; on one thread at a time. Without an effect while another process is the witness. One
  /// that cannot see (its survey throws), or cannot note what it sees, is none.
  void look();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// Whether some process is the witness of that store now: it lives, and has looked within the last
/// ten seconds.
bool has_witness(const std::string& store_file);

/// What was noted in the store, read now; current while it has a witness. Of what its witness does
/// not have: that it is gone. Unlike a process's own
/// survey it may be asked inside of a change.
Result<Survey> noted_survey(ControlStore& store);

}  // namespace banyan::strangler
