// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <unistd.h>

#include <iostream>

namespace banyan::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kSilent = 2s;

bool on_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace

void ProgressLine::show(std::string_view phase, std::string_view what, std::int64_t done,
                        std::int64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (now - begin_ < kSilent || now - last_ < (on_terminal() ? 200ms : 5s)) return;
  last_ = now;
  shown_ = true;
  std::cerr << (on_terminal() ? "\r\x1b[K" : "") << phase << ' ' << what << ' ' << done << " of "
            << total << " rows" << (on_terminal() ? "" : "\n") << std::flush;
}

void ProgressLine::clear() {
  if (shown_ && on_terminal()) std::cerr << "\r\x1b[K" << std::flush;
}

}  // namespace banyan::cli
