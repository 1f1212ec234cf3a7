// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace journey {

/// The story did not go as it must.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Tells people what happens, as it happens, and keeps what was proved for the table at the end.
class Narrator {
 public:
  /// `colour` as the terminal wants it.
  explicit Narrator(bool colour) : colour_(colour) {}

  /// `why` is one sentence: what the step is good for.
  void chapter(std::string_view title, std::string_view why);
  void say(std::string_view text);
  /// A command as it can be pasted into a shell.
  void command(const std::vector<std::string>& words, std::string_view comment);
  void quote(std::string_view text, std::size_t most_lines = 40);

  /// One line of the table at the end. Throws Broken when it does not hold.
  void prove(bool holds, std::string_view claim, std::string_view evidence);

  void table() const;

 private:
  std::string paint(std::string_view text, std::string_view code) const;
  struct Row {
    std::string claim;
    std::string evidence;
  };
  bool colour_;
  int chapters_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::vector<Row> rows_;
};

}  // namespace journey
