// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

#include "banyan/posix/descriptor.hpp"
#include "banyan/supervision/deployment.hpp"

namespace banyan::supervision {

/// A program that has been started: the leader of a process group of its own.
struct Child {
  pid_t process = 0;
  posix::Descriptor output;  ///< what it writes to standard output and error; does not block
};

/// Starts the program; else why it cannot be. `guard` is where Guard wants to hear of the process;
/// -1 tells nobody.
///
/// Not with Poco::Process, which makes no process group, gives no death signal, asks a program to
/// end with SIGINT, reports a program that is not there as exit code 72, and closes each possible
/// descriptor by itself.
///
/// The child dies with the *thread* that calls this (PR_SET_PDEATHSIG), so that must be one that
/// lives as long as its process: the main thread. Programs that change their user lose that signal
/// at their exec; for those, and for what a program has started itself, there is Guard.
std::expected<Child, std::string> start(const Program& program, int guard);

}  // namespace banyan::supervision
