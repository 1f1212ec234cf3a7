// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/operation.hpp"

namespace banyan::binding {

/// Where the operations of one module run. Reads and writes have threads and queues of their own:
/// writes that wait for a lock take no thread from a read, which would not have to wait. Safe for
/// concurrent use.
class ModuleWorkers {
 public:
  struct Threads {
    std::size_t reads = 4;
    /// More than reads: one that writes mostly waits for the disk, and those that wait at the same
    /// time are committed together.
    std::size_t writes = 16;
  };
  /// `queue` may wait of either kind. `on_fault`: of what left an operation's task, see
  /// make_worker_pool().
  ModuleWorkers(const Threads& threads, std::size_t queue, const OnTaskFault& on_fault = {})
      : reads_(make_worker_pool(threads.reads, queue, on_fault)),
        writes_(make_worker_pool(threads.writes, queue, on_fault)) {}

  Executor& of(Effect effect) { return effect == Effect::Read ? *reads_ : *writes_; }

 private:
  std::unique_ptr<Executor> reads_;
  std::unique_ptr<Executor> writes_;
};

}  // namespace banyan::binding
