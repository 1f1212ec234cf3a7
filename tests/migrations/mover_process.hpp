// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "banyan/mover/move.hpp"

namespace banyan::mover::testing {

/// A process of its own, so that it can be killed. Its body ends it with the code that it returns.
class Child {
 public:
  explicit Child(const std::function<int()>& body) : pid_(::fork()) {
    if (pid_ == 0) ::_exit(body());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill();
      wait();
    }
  }
  void kill() const { ::kill(pid_, SIGKILL); }
  /// True: it was killed. Otherwise its exit code is in `code`.
  bool wait(int* code = nullptr) {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    if (code != nullptr) *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return WIFSIGNALED(status);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

/// Killed at a step.
inline int move_and_die_at(const MoveRequest& request, Direction direction, Step last) {
  MoveOptions options;
  options.on_step = [last](Step step, auto, auto) {
    if (step == last) ::raise(SIGKILL);
  };
  return move_module(request, direction, options) ? 0 : 1;
}

// Stops a mover at a step until the test has looked.
class HeldMover {
 public:
  HeldMover(const MoveRequest& request, Direction direction, Step at) {
    EXPECT_EQ(::pipe(reached_), 0);
    child_ = std::make_unique<Child>([&] {
      MoveOptions options;
      options.on_step = [&](Step step, auto, auto) {
        if (step != at) return;
        if (::write(reached_[1], "x", 1) != 1) ::_exit(9);
        for (;;) ::pause();
      };
      return move_module(request, direction, options) ? 0 : 1;
    });
    char byte = 0;
    EXPECT_EQ(::read(reached_[0], &byte, 1), 1);
  }
  ~HeldMover() {
    child_.reset();
    ::close(reached_[0]);
    ::close(reached_[1]);
  }
  HeldMover(const HeldMover&) = delete;
  HeldMover& operator=(const HeldMover&) = delete;
  pid_t pid() const { return child_->pid(); }
  void kill() const { child_->kill(); }

 private:
  int reached_[2]{};
  std::unique_ptr<Child> child_;
};

}  // namespace banyan::mover::testing
