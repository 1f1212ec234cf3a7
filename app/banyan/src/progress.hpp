// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace banyan::cli {

/// One line on standard error that tells how far a long work is: rewritten in target on a terminal,
/// a new line every few seconds elsewhere, and nothing at all for what takes less than two seconds.
class ProgressLine {
 public:
  void show(std::string_view phase, std::string_view what, std::int64_t done, std::int64_t total);
  /// Nobody knows of how many.
  void show(std::string_view phase, std::string_view what, std::int64_t done);
  void clear();

 private:
  void show(const std::string& line);

  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_{};
  bool shown_ = false;
};

}  // namespace banyan::cli
