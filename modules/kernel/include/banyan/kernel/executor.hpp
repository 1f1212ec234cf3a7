// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace banyan {

/// Runs tasks somewhere else: on a bounded pool of threads in production, in this thread and in a
/// fixed order in a simulation. Safe for concurrent use.
class Executor {
 public:
  /// What it throws ends the process: whoever submits one knows whom to tell of a fault.
  using Task = std::move_only_function<void()>;
  virtual ~Executor() = default;

  /// False when there is no room; the task is then dropped and the caller says so to its own
  /// caller. Never blocks.
  [[nodiscard]] virtual bool submit(Task task) = 0;
};

/// Runs tasks later and again: what relays, saga runners and sweepers hang on.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// Calls `task` every `interval`, counted from the end of the last call, never twice at once,
  /// until the returned handle is destroyed (which waits for a call that is running).
  class Handle {
   public:
    virtual ~Handle() = default;
    /// Do not wait for the interval: there is work now.
    virtual void wake() = 0;
  };
  virtual std::unique_ptr<Handle> every(std::chrono::milliseconds interval,
                                        std::move_only_function<void()> task) = 0;
};

/// A scheduler whose tasks share threads: as many as there are calls at once, and one that waits.
std::unique_ptr<Scheduler> make_thread_scheduler();

/// A bounded pool: `threads` workers, at most `queue` waiting tasks. The destructor runs what is
/// queued and joins.
std::unique_ptr<Executor> make_worker_pool(std::size_t threads, std::size_t queue);

}  // namespace banyan
