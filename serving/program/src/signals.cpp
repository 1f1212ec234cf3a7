// SPDX-License-Identifier: Apache-2.0
#include "banyan/program/signals.hpp"

#include <ctime>

namespace banyan::program {

Signals::Signals() {
  sigemptyset(&set_);
  for (const int each : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&set_, each);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int Signals::next() const {
  int signal = 0;
  while (sigwait(&set_, &signal) != 0) {
  }
  return signal;
}

std::optional<int> Signals::next_but_hangup(std::chrono::milliseconds time) const {
  const auto until = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    const timespec wait{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    const int signal = sigtimedwait(&set_, nullptr, &wait);
    if (signal > 0 && signal != SIGHUP) return signal;
  }
}

}  // namespace banyan::program
