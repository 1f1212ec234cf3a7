// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/posix/descriptor.hpp"

namespace banyan::supervision {

/// What a program has written, line by line, each with the time in front:
/// "2026-11-22T08:30:00.000000Z text". At `most_bytes` the file becomes NAME.log.1, what that was
/// NAME.log.2, and so on up to `files` in all.
class LogFile {
 public:
  LogFile(std::filesystem::path file, std::uint64_t most_bytes, std::uint32_t files);

  /// Why the line was not written; "" when it was. The next line is tried anew.
  std::string write(Timestamp time, std::string_view line);

 private:
  void open();
  void put_aside();
  std::filesystem::path file_;
  std::uint64_t most_bytes_;
  std::uint32_t files_;
  posix::Descriptor descriptor_;
  std::uint64_t bytes_ = 0;
};

/// What a program writes in one line, at most.
inline constexpr std::size_t kLongestLine = 64UL * 1024;

/// Cuts what comes in pieces into lines. One that is longer than `longest` becomes several.
class LineCutter {
 public:
  explicit LineCutter(std::size_t longest = kLongestLine) : longest_(longest) {}

  using Take = std::function<void(std::string_view line)>;
  void feed(std::string_view piece, const Take& take);
  /// What has no line feed at the end.
  void finish(const Take& take);

 private:
  std::size_t longest_;
  std::string begun_;
};

struct LogLine {
  std::string time;  ///< as in the file, so that it sorts by text; of a line without one, the last
  std::string program;
  std::string text;
};

/// Reads the log files of some programs as one.
class LogReader {
 public:
  LogReader(const std::filesystem::path& folder, std::vector<std::string> programs);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  /// The last lines that are there, oldest first. Before more().
  std::vector<LogLine> last(std::size_t lines);
  /// What has come since, also over the change to new files. Where one was removed before it was
  /// read, a line says so.
  std::vector<LogLine> more();

 private:
  struct Source;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace banyan::supervision
