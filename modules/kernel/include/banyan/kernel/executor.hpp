// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace banyan {

/// Told what a task has thrown, on the task's thread, which goes on. What it throws itself is lost.
/// May be empty: then nobody hears of it.
using OnTaskFault = std::function<void(std::string_view what)>;

/// Runs tasks somewhere else: on a bounded pool of threads in production, in this thread and in a
/// fixed order in a simulation. Safe for concurrent use.
class Executor {
 public:
  /// One that throws has ended: whoever waits for what it does must see to it that it is told.
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
  /// until the returned handle is destroyed (which waits for a call that is running). One that
  /// throws is called again at its next turn.
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
std::unique_ptr<Scheduler> make_thread_scheduler(OnTaskFault on_fault = {});

/// At most `threads` workers, each made when there is work for it (std::system_error: the system
/// has not even one), and `queue` waiting tasks. The destructor runs what is queued and joins.
std::unique_ptr<Executor> make_worker_pool(std::size_t threads, std::size_t queue,
                                           OnTaskFault on_fault = {});

}  // namespace banyan
