// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::supervision {

/// Lines of many programs, one below the other: "shop      | text", the names in colours where
/// there are some. What is shown on a terminal has no control characters, so that no program can
/// write over another's lines.
class LinePainter {
 public:
  LinePainter(std::vector<std::string> names, bool colours, bool terminal);
  std::string paint(std::string_view name, std::string_view text) const;

 private:
  std::vector<std::string> names_;
  bool colours_;
  bool terminal_;
  std::size_t width_ = 0;
};

/// Prints without ever waiting for who reads it. When that is too far behind, lines are left out,
/// and it is said how many: the log files have all.
class Console {
 public:
  explicit Console(int descriptor) : descriptor_(descriptor) {}
  void print(std::string line);
  bool has_more() const { return !lines_.empty(); }
  int descriptor() const { return descriptor_; }
  /// Writes a piece, when poll(2) has said POLLOUT.
  void write_some();
  /// Writes what is left, as long as somebody reads it and `patience` lasts.
  void finish(std::chrono::milliseconds patience);

 private:
  int descriptor_;
  std::deque<std::string> lines_;
  std::size_t written_ = 0;  ///< of the first line
  std::size_t left_out_ = 0;
};

/// Whether standard output is a terminal that shows colours, and nobody has said NO_COLOR.
bool colours_wanted();

}  // namespace banyan::supervision
