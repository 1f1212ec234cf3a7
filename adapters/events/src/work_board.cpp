// SPDX-License-Identifier: Apache-2.0
#include "work_board.hpp"

#include <algorithm>

namespace banyan::events {

void WorkBoard::wake() {
  if (look_.exchange(true)) return;
  const std::lock_guard lock(mutex_);
  changed_.notify_one();
}

void WorkBoard::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool WorkBoard::is_look_due() const {
  return !looking_ && (look_ || std::chrono::steady_clock::now() >= next_look_);
}

WorkBoard::Next WorkBoard::next() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!tasks_.empty() && !(look_first_ && is_look_due())) {
      return {Next::Kind::Work, take_next()};
    }
    if (is_look_due()) {
      looking_ = true;
      look_first_ = false;
      look_ = false;
      return {Next::Kind::Look};
    }
    const auto woken = [this] { return stopping_ || !tasks_.empty() || is_look_due(); };
    if (looking_) {
      changed_.wait(lock, woken);
    } else {
      changed_.wait_until(lock, next_look_, woken);
    }
  }
  return {Next::Kind::Stop};
}

WorkBoard::Task WorkBoard::take_next() {
  const auto found = std::ranges::min_element(
      tasks_, {}, [this](const Task& task) { return last_turns_[task.lane]; });
  const Task task = *found;
  tasks_.erase(found);
  busy_.insert(task);
  last_turns_[task.lane] = ++turns_;
  return task;
}

void WorkBoard::found(const std::deque<Task>& tasks, std::chrono::microseconds wait) {
  const std::lock_guard lock(mutex_);
  looking_ = false;
  next_look_ = std::chrono::steady_clock::now() + wait;
  for (const Task& task : tasks) {
    const bool waits = std::ranges::find(tasks_, task) != tasks_.end();
    if (!waits && !busy_.contains(task)) tasks_.push_back(task);
  }
  changed_.notify_all();
}

void WorkBoard::done(const Task& task, bool has_more) {
  const std::lock_guard lock(mutex_);
  busy_.erase(task);
  look_first_ = look_first_ || has_more;
  look_ = true;
  changed_.notify_one();
}

}  // namespace banyan::events
