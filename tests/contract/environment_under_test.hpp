// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/kernel/environment.hpp"

namespace banyan::contract {

/// The real clock, randomness and threads.
inline const Environment& real_environment() {
  static const std::unique_ptr<Scheduler> scheduler = make_thread_scheduler();
  static const Environment environment{system_clock(), system_random(), *scheduler};
  return environment;
}

}  // namespace banyan::contract
