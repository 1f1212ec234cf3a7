// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "banyan/supervision/log_files.hpp"

namespace banyan::supervision {
namespace {

namespace fs = std::filesystem;

std::optional<ino_t> inode_of(const fs::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return status.st_ino;
}

LogLine log_line(std::string_view line, const std::string& program) {
  const std::size_t blank = std::min(line.find(' '), line.size());
  return {std::string(line.substr(0, blank)), program,
          std::string(line.substr(std::min(blank + 1, line.size())))};
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
  LineCutter cutter{};

  void open() {
    stream.close();
    stream.clear();
    inode = inode_of(file);
    if (inode) stream.open(file, std::ios::binary);
  }

  void take_rest(std::vector<LogLine>& lines) {
    if (!stream.is_open()) return;
    stream.clear();
    char piece[16384];
    while (stream.read(piece, sizeof piece) || stream.gcount() > 0) {
      cutter.feed({piece, static_cast<std::size_t>(stream.gcount())},
                  [&](std::string_view line) { lines.push_back(log_line(line, program)); });
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
    each->open();
    each->take_rest(own);
    // Older files, as long as there are too few lines.
    for (int number = 1; own.size() < lines; ++number) {
      std::ifstream older(each->file.string() + '.' + std::to_string(number), std::ios::binary);
      if (!older) break;
      std::vector<LogLine> before;
      for (std::string line; std::getline(older, line);) {
        before.push_back(log_line(line, each->program));
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
  for (const auto& each : sources_) {
    each->take_rest(all);
    // A new one has been begun. Between the two looks the old one may have got its last lines.
    if (inode_of(each->file) != each->inode) {
      each->take_rest(all);
      each->open();
      each->take_rest(all);
    }
  }
  sort_by_time(all);
  return all;
}

}  // namespace banyan::supervision
