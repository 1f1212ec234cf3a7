// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::strangler {

/// What the step of a plan has come to, for who goes on with it: after a restart, after a
/// take-over, or with the seat that another process has left or has died with.
struct StepProgress {
  std::string module;
  Timestamp begun;       ///< the plan
  std::size_t step = 0;  ///< as its document has it
  Timestamp since;       ///< the step
  /// So long somebody has conducted the step: by steady clocks, so that neither a clock that is set
  /// nor a time in which no process ran counts.
  std::chrono::milliseconds lasted{0};
  std::uint64_t samples = 0;  ///< of all operations together
  std::string evidence{};     ///< Judge::kept()
  std::string judged_side{};  ///< of which that was seen, see JudgedSideOf
};

/// The same of all plans that run, in a file beside the control store: one that conducts writes it,
/// the next one reads it. It is whole or as it was when a process is killed; after a power cut it
/// may be lost, and then the step begins anew.
class ProgressFile {
 public:
  /// How often it is written, at most: what a process that is killed takes along.
  static constexpr std::chrono::seconds kWrite{15};
  /// What was seen longer ago says nothing of two sides of which either may be another by now.
  static constexpr std::chrono::hours kAge{1};
  /// And what is usual of the old side, as of lanes and workers.
  static constexpr std::chrono::hours kUsualAge{7 * 24};

  /// `file`: "" keeps nothing. `program`: which build of it this process runs.
  ProgressFile(std::string file, std::string program);

  struct Kept {
    std::vector<StepProgress> steps;
    std::string program;
    Timestamp written;
  };
  /// Nothing of a file that is not there, or of another kind.
  Kept read() const;
  /// Unavailable "banyan.plan_progress_not_kept".
  Result<void> write(const std::vector<StepProgress>& steps, Timestamp now) const;

  const std::string& program() const { return program_; }

 private:
  std::string file_;
  std::string program_;
};

/// Tells the build that this process runs from every other: by the file of the program, so that a
/// copy of the same counts as another one, which errs to the careful side.
std::string this_program();

}  // namespace banyan::strangler
