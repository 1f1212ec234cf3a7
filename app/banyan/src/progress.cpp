// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <poll.h>
#include <unistd.h>

#include <iostream>

namespace banyan::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kSilent = 2s;

bool on_terminal() { return isatty(STDERR_FILENO) == 1; }

/// A move that holds its locks does not wait for whoever reads how far it is.
bool somebody_reads() {
  pollfd room{STDERR_FILENO, POLLOUT, 0};
  return ::poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0;
}

}  // namespace

void ProgressLine::show(std::string_view phase, std::string_view what, std::int64_t done,
                        std::int64_t total) {
  show(std::string(phase) + ' ' + std::string(what) + ' ' + std::to_string(done) + " of " +
       std::to_string(total) + " rows");
}

void ProgressLine::show(std::string_view phase, std::string_view what, std::int64_t done) {
  show(std::string(phase) + ' ' + std::string(what) + ' ' + std::to_string(done) + " rows");
}

void ProgressLine::show(const std::string& line) {
  const auto now = std::chrono::steady_clock::now();
  if (now - begin_ < kSilent || now - last_ < (on_terminal() ? 200ms : 5s)) return;
  last_ = now;
  if (!somebody_reads()) return;
  shown_ = true;
  std::cerr << (on_terminal() ? "\r\x1b[K" : "") << line << (on_terminal() ? "" : "\n")
            << std::flush;
}

void ProgressLine::clear() {
  if (shown_ && on_terminal() && somebody_reads()) std::cerr << "\r\x1b[K" << std::flush;
}

}  // namespace banyan::cli
