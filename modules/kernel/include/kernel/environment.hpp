// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/clock.hpp"
#include "kernel/executor.hpp"
#include "kernel/random.hpp"

namespace banyan {

/// What a module gets from its host besides its database and the ports that it needs: everything
/// that a simulation replaces. All references outlive the module.
struct Environment {
  const Clock& clock;
  Random& random;
  Scheduler& scheduler;
};

}  // namespace banyan
