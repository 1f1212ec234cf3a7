// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "kernel/executor.hpp"

namespace banyan {
namespace {

class ThreadHandle final : public Scheduler::Handle {
 public:
  ThreadHandle(std::chrono::milliseconds interval, std::move_only_function<void()> task)
      : interval_(interval),
        task_(std::move(task)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  void wake() override {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait_for(lock, stop, interval_, [this] { return woken_; });
      if (stop.stop_requested()) return;
      woken_ = false;
      lock.unlock();
      task_();
      lock.lock();
    }
  }

  const std::chrono::milliseconds interval_;
  std::move_only_function<void()> task_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::jthread thread_;  // last: its destructor stops and joins before the rest goes
};

class ThreadScheduler final : public Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds interval,
                                std::move_only_function<void()> task) override {
    return std::make_unique<ThreadHandle>(interval, std::move(task));
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_thread_scheduler() { return std::make_unique<ThreadScheduler>(); }

}  // namespace banyan
