// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/console.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

namespace banyan::supervision {
namespace {

constexpr std::size_t kMostLines = 10'000;
/// Cyan, yellow, green, magenta, blue, and their bright ones: not red, which is for errors.
constexpr auto kColours =
    std::to_array<std::string_view>({"36", "33", "32", "35", "34", "96", "93", "92", "95", "94"});

}  // namespace

LinePainter::LinePainter(std::vector<std::string> names, bool colours, bool terminal)
    : names_(std::move(names)), colours_(colours), terminal_(terminal) {
  for (const std::string& each : names_) width_ = std::max(width_, each.size());
}

std::string LinePainter::paint(std::string_view name, std::string_view text) const {
  std::string line(name);
  line.append(width_ - std::min(width_, name.size()), ' ').append(" |");
  if (colours_) {
    const auto found = std::ranges::find(names_, name);
    // The supervisor's own lines are not a program's.
    const std::string_view colour =
        name == "banyan" || found == names_.end()
            ? "1"
            : kColours[static_cast<std::size_t>(found - names_.begin()) % kColours.size()];
    line = "\x1b[" + std::string(colour) + 'm' + line + "\x1b[0m";
  }
  line += ' ';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    line += terminal_ && c != '\t' && (byte < 0x20 || byte == 0x7F) ? '?' : c;
  }
  return line += '\n';
}

void Console::print(std::string line) {
  if (lines_.size() >= kMostLines) {
    ++left_out_;
    return;
  }
  if (left_out_ > 0) {
    lines_.push_back("… " + std::to_string(std::exchange(left_out_, 0)) +
                     " lines are left out here; the log files have them\n");
  }
  lines_.push_back(std::move(line));
}

void Console::write_some() {
  while (!lines_.empty()) {
    const std::string_view rest = std::string_view(lines_.front()).substr(written_);
    // A pipe of which poll(2) says that it takes something takes as much without waiting.
    const ssize_t done =
        ::write(descriptor_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (done < 0) {
      if (errno == EINTR || errno == EAGAIN) return;
      lines_.clear();  // who read it has gone
      written_ = 0;
      return;
    }
    written_ += static_cast<std::size_t>(done);
    if (written_ < lines_.front().size()) return;
    lines_.pop_front();
    written_ = 0;
    pollfd writable{descriptor_, POLLOUT, 0};
    if (::poll(&writable, 1, 0) != 1) return;
  }
}

void Console::finish(std::chrono::milliseconds patience) {
  while (has_more()) {
    pollfd writable{descriptor_, POLLOUT, 0};
    if (::poll(&writable, 1, static_cast<int>(patience.count())) != 1) return;
    write_some();
  }
}

bool colours_wanted() {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0') &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace banyan::supervision
