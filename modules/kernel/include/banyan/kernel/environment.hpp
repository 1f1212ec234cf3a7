// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan {

class Tracer;
class WorkObserver;

/// What a module gets from its host besides its database and the ports that it needs: everything
/// that a simulation replaces. All that it refers to outlives the module; who keeps it keeps a
/// copy.
struct Environment {
  const Clock& clock;
  Random& random;
  Scheduler& scheduler;
  Tracer* tracer = nullptr;      ///< for actions that begin in the module; null: nobody records
  WorkObserver* work = nullptr;  ///< is told what the module does by itself; null: nobody is
};

}  // namespace banyan
