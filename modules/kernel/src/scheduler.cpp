// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/kernel/executor.hpp"
#include "contained_task.hpp"

namespace banyan {
namespace {

using Clock = std::chrono::steady_clock;

/// The tasks, and the threads that run them. Of those that are idle one is on the lookout for the
/// task that is due next, and the others sleep until it has found something to do: of a hundred
/// tasks that are over at once none wakes all threads. There is always one that is idle, so that no
/// task waits for another; a thread is made when the last one has found something to do.
class Timetable {
 public:
  struct Task {
    std::chrono::milliseconds interval;
    std::move_only_function<void()> run;
    Clock::time_point due;
    bool running = false;
    bool woken = false;  ///< while it ran
  };

  explicit Timetable(OnTaskFault on_fault) : on_fault_(std::move(on_fault)) {}
  ~Timetable() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    due_changed_.notify_all();
    lookout_wanted_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::shared_ptr<Task> add(std::chrono::milliseconds interval,
                            std::move_only_function<void()> run) {
    auto task = std::make_shared<Task>();
    task->interval = interval;
    task->run = std::move(run);
    task->due = Clock::now() + interval;
    const std::lock_guard lock(mutex_);
    tasks_.push_back(task);
    try {
      keep_one_idle();
    } catch (...) {
      if (threads_.empty()) {
        tasks_.pop_back();  // nobody would call it, and its maker is gone when somebody did
        throw;
      }
    }
    have_somebody_look();
    return task;
  }

  /// Waits for a call that is running.
  void remove(const std::shared_ptr<Task>& task) {
    std::unique_lock lock(mutex_);
    std::erase(tasks_, task);
    ++removals_;
    ended_.wait(lock, [&] { return !task->running; });
    --removals_;
    task->run = nullptr;  // a thread may look at the task once more
  }

  void wake(Task& task) {
    const std::lock_guard lock(mutex_);
    task.woken = task.running;
    task.due = Clock::now();
    if (!task.running) have_somebody_look();
  }

 private:
  void keep_one_idle() {
    if (idle_ == 0 && threads_.size() < tasks_.size()) {
      threads_.emplace_back([this] { work(); });
      ++idle_;  // it is, until it has looked, for which it waits for the lock
    }
  }

  /// Who looks anew sees what has changed; whoever is about to look does so anyway.
  void have_somebody_look() { (lookout_ ? due_changed_ : lookout_wanted_).notify_one(); }

  /// The task that is due first of those that are not running; null: none.
  std::shared_ptr<Task> next() const {
    std::shared_ptr<Task> first;
    for (const auto& each : tasks_) {
      if (!each->running && (!first || each->due < first->due)) first = each;
    }
    return first;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      const std::shared_ptr<Task> task = lookout_ ? nullptr : next();
      if (!task) {
        lookout_wanted_.wait(lock);
      } else if (task->due > Clock::now()) {
        const Clock::time_point due = task->due;
        lookout_ = due;
        due_changed_.wait_until(lock, due);
        lookout_.reset();
      } else {
        run(*task, lock);
      }
    }
  }

  void run(Task& task, std::unique_lock<std::mutex>& lock) {
    task.running = true;
    --idle_;
    try {
      keep_one_idle();
    } catch (...) {  // NOLINT(bugprone-empty-catch): without a thread the next task waits for this
    }
    lookout_wanted_.notify_one();
    lock.unlock();
    run_contained(task.run, on_fault_);
    lock.lock();
    ++idle_;
    task.running = false;
    task.due = std::exchange(task.woken, false) ? Clock::now() : Clock::now() + task.interval;
    if (lookout_ && task.due < *lookout_) due_changed_.notify_one();
    if (removals_ > 0) ended_.notify_all();
  }

  const OnTaskFault on_fault_;
  std::mutex mutex_;
  std::condition_variable due_changed_;       ///< whoever is on the lookout waits for it
  std::condition_variable lookout_wanted_;    ///< those who are idle beside it
  std::condition_variable ended_;             ///< a call, for those who remove its task
  std::optional<Clock::time_point> lookout_;  ///< until when somebody is on it
  std::vector<std::shared_ptr<Task>> tasks_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  std::size_t removals_ = 0;
  bool stopping_ = false;
};

class TimetableHandle final : public Scheduler::Handle {
 public:
  TimetableHandle(std::shared_ptr<Timetable> timetable, std::chrono::milliseconds interval,
                  std::move_only_function<void()> task)
      : timetable_(std::move(timetable)), task_(timetable_->add(interval, std::move(task))) {}
  ~TimetableHandle() override { timetable_->remove(task_); }
  TimetableHandle(const TimetableHandle&) = delete;
  TimetableHandle& operator=(const TimetableHandle&) = delete;

  void wake() override { timetable_->wake(*task_); }

 private:
  std::shared_ptr<Timetable> timetable_;
  std::shared_ptr<Timetable::Task> task_;
};

class SharedScheduler final : public Scheduler {
 public:
  explicit SharedScheduler(OnTaskFault on_fault)
      : timetable_(std::make_shared<Timetable>(std::move(on_fault))) {}

  std::unique_ptr<Handle> every(std::chrono::milliseconds interval,
                                std::move_only_function<void()> task) override {
    return std::make_unique<TimetableHandle>(timetable_, interval, std::move(task));
  }

 private:
  std::shared_ptr<Timetable> timetable_;
};

}  // namespace

std::unique_ptr<Scheduler> make_thread_scheduler(OnTaskFault on_fault) {
  return std::make_unique<SharedScheduler>(std::move(on_fault));
}

}  // namespace banyan
