// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/free_port.hpp"

namespace banyan::test {

/// A real program that a test starts and stops. It dies with the test, however that ends.
class ChildProcess {
 public:
  /// `words[0]` is the program. Standard output and error go to `output` (appended).
  /// Throws std::runtime_error when it cannot be started.
  ChildProcess(const std::vector<std::string>& words, const std::filesystem::path& output);
  /// kill -9, if it still runs.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  pid_t id() const { return id_; }
  void signal(int number) const;
  /// The exit code (128 + signal when it was killed), as soon as it ends; nothing when it still
  /// runs after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);
  /// Whether it has taken a signal that was sent: of two that come before that, the system keeps
  /// one.
  bool has_taken(int number) const;
  /// TERM, then the exit code; kill -9 when it takes longer.
  int stop(std::chrono::milliseconds patience = std::chrono::milliseconds(20'000));
  void kill();

 private:
  pid_t id_ = -1;
  std::optional<int> ended_;
};

struct Ran {
  int exit_code = 0;
  std::string output;  ///< standard output and error together
};
/// Runs a program to its end.
Ran run_program(const std::vector<std::string>& words,
                std::chrono::milliseconds patience = std::chrono::milliseconds(120'000));

/// The content of a file once it is there; "" when it does not come in time or `child` ends first.
std::string await_file(const std::filesystem::path& file, ChildProcess& child,
                       std::chrono::milliseconds patience = std::chrono::milliseconds(60'000));

}  // namespace banyan::test
