// SPDX-License-Identifier: Apache-2.0
#include "loop_core.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <ctime>

namespace banyan::http {

LoopCore::LoopCore(std::size_t index)
    : index_(index), timers_([this] { tick(); }), work_(io_.get_executor()), ticker_(io_) {}

void LoopCore::start() {
  thread_ = std::thread([this] {
    thread_id_ = std::this_thread::get_id();
    io_.run();
    thread_id_ = std::thread::id();
  });
}

void LoopCore::end() {
  std::vector<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    dropped.swap(posted_);
  }
  io_.stop();
  if (thread_.joinable()) thread_.join();
  thread_id_ = std::this_thread::get_id();
  dropped.clear();
  delayed_.clear();
  for (const auto& [owner, attached] : std::exchange(attachments_, {})) {
    if (attached) attached->loop_ends();
  }
  ticker_.cancel();
  work_.reset();
  io_.restart();
  io_.poll();
  thread_id_ = std::thread::id();
}

void LoopCore::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  posted_.push_back(std::move(task));
  if (posted_.size() == 1) boost::asio::post(io_, [this] { run_posted(); });
}

void LoopCore::run_posted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

void LoopCore::after(std::chrono::milliseconds delay, Task task) {
  if (here()) return delay_here(delay, std::move(task));
  post([this, delay, task = std::move(task)]() mutable { delay_here(delay, std::move(task)); });
}

void LoopCore::delay_here(std::chrono::milliseconds delay, Task task) {
  const auto entry = delayed_.emplace(delayed_.end());
  entry->task = std::move(task);
  entry->timer = std::make_unique<Timer>(timers_, [this, entry] {
    Task due = std::move(entry->task);
    // The function that runs now is a part of the entry.
    post([this, entry] { delayed_.erase(entry); });
    due();
  });
  entry->timer->set(delay);
}

void LoopCore::tick() {
  ticker_.expires_after(TimerWheel::kTick);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error && timers_.advance()) tick();
  });
}

std::string_view LoopCore::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 40> text{};
    date_.assign(text.data(),
                 std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc));
  }
  return date_;
}

std::shared_ptr<LoopAttachment>& LoopCore::attachment(std::uint64_t key) {
  for (auto& [owner, thing] : attachments_) {
    if (owner == key) return thing;
  }
  return attachments_.emplace_back(key, nullptr).second;
}

struct Loops::Threads {
  std::vector<std::shared_ptr<LoopCore>> loops;
};

Loops::Loops(std::size_t count) : threads_(std::make_unique<Threads>()) {
  for (std::size_t i = 0; i < count; ++i) {
    threads_->loops.push_back(std::make_shared<LoopCore>(i));
    threads_->loops.back()->start();
  }
}

Loops::~Loops() {
  for (const auto& loop : threads_->loops) loop->end();
}

Loop& Loops::at(std::size_t index) { return *threads_->loops.at(index); }

std::size_t Loops::size() const noexcept { return threads_->loops.size(); }

}  // namespace banyan::http
