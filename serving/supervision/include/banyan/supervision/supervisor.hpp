// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/clock.hpp"
#include "banyan/supervision/deployment.hpp"

namespace banyan::supervision {

struct SupervisorOptions {
  const Clock& clock;
  bool colours = false;   ///< on standard output
  bool terminal = false;  ///< standard output is one
};

/// Starts the programs and supervises them until SIGINT, SIGTERM or SIGHUP, `ask_stop()`, or until
/// none runs and none will; a second signal ends at once. Prints what they write, and what happens
/// to them, on standard output and into the state folder. Returns an exit code
/// (kernel/exit_code.hpp).
///
/// Nothing that it has started outlives it, however it ends: see child.hpp and guard.hpp.
///
/// For the main thread of a process that has no other thread yet and no children of its own: it
/// takes over the signals, and reaps whatever ends.
///
/// Throws std::runtime_error when another process supervises the file, std::system_error when the
/// state folder cannot be used.
int supervise(const Deployment& deployment, const SupervisorOptions& options);

}  // namespace banyan::supervision
