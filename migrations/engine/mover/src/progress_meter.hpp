// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "banyan/mover/move.hpp"

namespace banyan::mover {

/// Counts rows and reports them now and then, so that a long copy shows that it lives.
class ProgressMeter {
 public:
  explicit ProgressMeter(const MoveOptions& options) : options_(options) {}

  void begin(Progress::Phase phase, std::int64_t rows_total);
  void enter(std::string_view table);
  /// Cheap enough for every row.
  void row() {
    if ((++now_.rows_done & 0x3ff) == 0) look_at_the_clock();
  }
  std::int64_t rows() const { return now_.rows_done; }

 private:
  void look_at_the_clock();
  void report(std::chrono::steady_clock::time_point time);

  const MoveOptions& options_;
  Progress now_{};
  std::chrono::steady_clock::time_point began_{}, reported_{};
};

}  // namespace banyan::mover
