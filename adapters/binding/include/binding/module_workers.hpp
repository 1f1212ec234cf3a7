// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "kernel/executor.hpp"
#include "kernel/operation.hpp"

namespace banyan::binding {

/// Where the operations of one module run. Its reads have as many threads as its writes, and a
/// queue of their own: writes that wait for a lock take no thread from a read, which would not
/// have to wait. Safe for concurrent use.
class ModuleWorkers {
 public:
  /// `threads` and `queue` are for the reads, and once more for the writes.
  ModuleWorkers(std::size_t threads, std::size_t queue)
      : reads_(make_worker_pool(threads, queue)), writes_(make_worker_pool(threads, queue)) {}

  Executor& of(Effect effect) { return effect == Effect::Read ? *reads_ : *writes_; }

 private:
  std::unique_ptr<Executor> reads_;
  std::unique_ptr<Executor> writes_;
};

}  // namespace banyan::binding
