// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "banyan/supervision/log_files.hpp"

namespace banyan::supervision {
namespace {

namespace fs = std::filesystem;

std::optional<ino_t> inode_of(const fs::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return status.st_ino;
}

fs::path kept_as(const fs::path& file, std::uint32_t number) {
  return number == 0 ? file : fs::path(file.string() + '.' + std::to_string(number));
}

/// With the time in front a line of a program is longer than that program's longest.
constexpr std::size_t kRoomForTime = 64;
constexpr std::string_view kTimeForm = "2026-11-22T08:30:00.000000Z";

bool is_time(std::string_view text) {
  return std::ranges::equal(text, kTimeForm, [](char c, char form) {
    const bool digit = c >= '0' && c <= '9';
    return form >= '0' && form <= '9' ? digit : c == form;
  });
}

/// What begins without a time belongs to the line before, whose time is `time`.
LogLine log_line(std::string_view line, const std::string& program, std::string& time) {
  const std::size_t blank = std::min(line.find(' '), line.size());
  if (!is_time(line.substr(0, blank))) return {time, program, std::string(line)};
  time = line.substr(0, blank);
  return {time, program, std::string(line.substr(std::min(blank + 1, line.size())))};
}

void sort_by_time(std::vector<LogLine>& lines) {
  std::ranges::stable_sort(lines, {}, &LogLine::time);
}

}  // namespace

/// One program's files: the current one is kept open, so that its end is read also when it has
/// been put aside.
struct LogReader::Source {
  std::string program;
  fs::path file;
  std::ifstream stream{};
  std::optional<ino_t> inode{};
  LineCutter cutter{kLongestLine + kRoomForTime};
  std::string time{};  ///< of the last line

  /// A file that is open, and which one that is.
  struct Opened {
    std::ifstream stream;
    std::optional<ino_t> inode;
  };
  Opened opened(std::uint32_t number) const {
    const fs::path path = kept_as(file, number);
    const auto which = inode_of(path);
    return {which ? std::ifstream(path, std::ios::binary) : std::ifstream(), which};
  }

  void use(Opened next) {
    stream = std::move(next.stream);
    inode = next.inode;
  }

  void take_rest(std::vector<LogLine>& lines) {
    if (!stream.is_open()) return;
    stream.clear();
    char piece[16384];
    while (stream.read(piece, sizeof piece) || stream.gcount() > 0) {
      cutter.feed({piece, static_cast<std::size_t>(stream.gcount())},
                  [&](std::string_view line) { lines.push_back(log_line(line, program, time)); });
    }
  }

  /// The number of the file that is open; one more than the last where it is none of them.
  std::uint32_t number() const {
    for (std::uint32_t number = 0;; ++number) {
      const auto which = inode_of(kept_as(file, number));
      if (which == inode || (!which && number != 0)) return number;
    }
  }

  /// All that were begun since, oldest first. They are put aside while they are opened, too.
  std::vector<Opened> newer() const {
    std::vector<Opened> all;
    for (int tries = 0; tries < 10; ++tries) {
      all.clear();
      const std::uint32_t ours = number();
      for (std::uint32_t each = ours; each > 0; --each) all.push_back(opened(each - 1));
      if (number() == ours) break;
    }
    return all;
  }

  void follow(std::vector<LogLine>& lines) {
    take_rest(lines);
    const auto current = inode_of(file);
    if (!current || current == inode) return;  // none, for the moment between two
    const bool had_one = inode.has_value();
    std::vector<Opened> begun = newer();
    // Between the two looks the old one may have got its last lines.
    take_rest(lines);
    // Where only one file is kept, each is removed, and the next one has what came.
    const bool gone = had_one && begun.size() > 1 && inode_of(kept_as(file, number())) != inode;
    if (gone) {
      lines.push_back({time, program,
                       "… lines are missing here: their file was removed before it was read "
                       "(log_size and log_files)"});
    }
    for (Opened& each : begun) {
      if (!each.stream.is_open()) continue;
      use(std::move(each));
      take_rest(lines);
    }
  }
};

LogReader::LogReader(const fs::path& folder, std::vector<std::string> programs) {
  for (std::string& each : programs) {
    const fs::path file = folder / (each + ".log");
    sources_.push_back(std::make_unique<Source>(Source{.program = std::move(each), .file = file}));
  }
}

LogReader::~LogReader() = default;

std::vector<LogLine> LogReader::last(std::size_t lines) {
  std::vector<LogLine> all;
  for (const auto& each : sources_) {
    std::vector<LogLine> own;
    each->use(each->opened(0));
    each->take_rest(own);
    // Older files, as long as there are too few lines.
    for (std::uint32_t number = 1; own.size() < lines; ++number) {
      std::ifstream older(kept_as(each->file, number), std::ios::binary);
      if (!older) break;
      std::vector<LogLine> before;
      std::string time;
      for (std::string line; std::getline(older, line);) {
        before.push_back(log_line(line, each->program, time));
      }
      own.insert(own.begin(), std::make_move_iterator(before.begin()),
                 std::make_move_iterator(before.end()));
    }
    std::ranges::move(own, std::back_inserter(all));
  }
  sort_by_time(all);
  if (all.size() > lines) {
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
  }
  return all;
}

std::vector<LogLine> LogReader::more() {
  std::vector<LogLine> all;
  for (const auto& each : sources_) each->follow(all);
  sort_by_time(all);
  return all;
}

}  // namespace banyan::supervision
