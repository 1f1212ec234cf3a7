// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/kernel/executor.hpp"
#include "contained_task.hpp"

namespace banyan {
namespace {

class WorkerPool final : public Executor {
 public:
  WorkerPool(std::size_t threads, std::size_t queue, OnTaskFault on_fault)
      : on_fault_(std::move(on_fault)), most_(threads), capacity_(queue) {
    workers_.reserve(threads);
    const std::lock_guard lock(mutex_);
    if (threads > 0) start_one();  // there will always be one for what is taken
  }

  ~WorkerPool() override { close(); }

  bool submit(Task task) override {
    {
      const std::lock_guard lock(mutex_);
      // What a worker is about to take, or one that can still be made, does not count against the
      // queue.
      if (closing_ || tasks_.size() >= capacity_ + free() + most_ - workers_.size()) return false;
      tasks_.push_back(std::move(task));
      if (tasks_.size() > free() && workers_.size() < most_) start_another();
    }
    changed_.notify_one();
    return true;
  }

 private:
  std::size_t free() const { return idle_ + starting_; }

  /// Under the lock, as the new one waits for it.
  void start_one() {
    workers_.emplace_back([this] { work(); });
    ++starting_;
  }

  void start_another() {
    try {
      start_one();
    } catch (const std::exception&) {
      // The system gives no more threads now: those that are there take it, and the next task asks
      // again.
    }
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    workers_.clear();  // joins
  }

  void work() {
    std::unique_lock lock(mutex_);
    --starting_;
    while (true) {
      ++idle_;
      changed_.wait(lock, [this] { return closing_ || !tasks_.empty(); });
      --idle_;
      if (tasks_.empty()) return;  // closing, and all is done
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      run_contained(task, on_fault_);
      task = nullptr;
      lock.lock();
    }
  }

  const OnTaskFault on_fault_;
  const std::size_t most_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::size_t idle_ = 0;
  std::size_t starting_ = 0;
  bool closing_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace

std::unique_ptr<Executor> make_worker_pool(std::size_t threads, std::size_t queue,
                                           OnTaskFault on_fault) {
  return std::make_unique<WorkerPool>(threads, queue, std::move(on_fault));
}

}  // namespace banyan
