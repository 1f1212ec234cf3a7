// SPDX-License-Identifier: Apache-2.0
#include "load/arrivals.hpp"

#include <utility>

namespace recordshop::load {

Arrivals::Arrivals(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

Arrivals::~Arrivals() {
  for (std::jthread& each : threads_) each.request_stop();
  threads_.clear();
}

void Arrivals::at(Clock::time_point time, Step step) {
  {
    const std::lock_guard lock(mutex_);
    planned_.push({time, numbers_++, std::move(step)});
  }
  planned_more_.notify_one();
}

bool Arrivals::wait_until_idle(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, deadline, [this] { return planned_.empty() && running_ == 0; });
}

std::size_t Arrivals::unfinished() const {
  const std::lock_guard lock(mutex_);
  return planned_.size() + running_;
}

void Arrivals::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (planned_.empty()) {
      planned_more_.wait(lock, stop, [this] { return !planned_.empty(); });
      continue;
    }
    const Clock::time_point time = planned_.top().time;
    if (time > Clock::now()) {
      // Something earlier may be planned meanwhile.
      planned_more_.wait_until(lock, stop, time,
                               [&] { return !planned_.empty() && planned_.top().time < time; });
      continue;
    }
    Step step = planned_.top().step;
    planned_.pop();
    ++running_;
    // One watches the time of the next, while this one is at work.
    if (!planned_.empty()) planned_more_.notify_one();
    lock.unlock();
    step(time);
    step = {};
    lock.lock();
    --running_;
    if (planned_.empty() && running_ == 0) idle_.notify_all();
  }
}

}  // namespace recordshop::load
