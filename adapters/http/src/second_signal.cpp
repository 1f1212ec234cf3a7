// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/second_signal.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>

namespace banyan::http {

SecondSignal::SecondSignal(std::initializer_list<int> signals, int exit_code, int still_to_come) {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : signals) sigaddset(&set, each);
  waiting_ = std::jthread([set, exit_code, still_to_come](const std::stop_token& stop) {
    constexpr timespec kLook{.tv_sec = 0, .tv_nsec = 20'000'000};
    int left = still_to_come;
    while (!stop.stop_requested()) {
      if (sigtimedwait(&set, nullptr, &kLook) > 0 && --left == 0) ::_exit(exit_code);
    }
  });
}

}  // namespace banyan::http
