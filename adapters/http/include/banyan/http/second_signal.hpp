// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <thread>

namespace banyan::http {

/// While it lives, any of these signals ends the process at once, with _exit(2): whoever asks a
/// second time waits neither for what is finished in peace nor for what is stuck. Make it when the
/// first one has come, and let it go last. The signals must be blocked in all threads.
class SecondSignal {
 public:
  /// `still_to_come`: 1 when the first one has come; 2 when it drains for another reason, and
  /// nobody has asked for its end yet.
  SecondSignal(std::initializer_list<int> signals, int exit_code, int still_to_come = 1);

 private:
  std::jthread waiting_;
};

}  // namespace banyan::http
