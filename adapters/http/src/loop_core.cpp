// SPDX-License-Identifier: Apache-2.0
#include "loop_core.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace banyan::http {
namespace {

/// So many rounds of what posts itself again, then sockets and timers have their turn.
constexpr int kRounds = 32;

}  // namespace

LoopCore::LoopCore(std::size_t index, OnFault on_fault, std::chrono::nanoseconds late_after)
    : index_(index),
      on_fault_(std::move(on_fault)),
      lag_(late_after),
      fire_([this](std::function<void()>& expired) { contain(expired); }) {}

LoopCore::~LoopCore() = default;

void LoopCore::start() {
  thread_ = std::thread([this] {
    thread_id_ = std::this_thread::get_id();
    run();
    thread_id_ = std::thread::id();
  });
}

void LoopCore::fault(std::string_view what) noexcept {
  try {
    if (on_fault_) on_fault_(what);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

void LoopCore::run() {
  lag_.wakes(std::chrono::steady_clock::now());
  bool idle = run_what_is_due();
  while (!stopping_.load(std::memory_order_relaxed)) {
    const int patience = timers_.empty() ? -1 : static_cast<int>(TimerWheel::kTick.count());
    const int at_most = idle ? patience : 0;
    lag_.waits(std::chrono::steady_clock::now(), std::chrono::milliseconds(at_most));
    const SteadyTime woke = reactor_.wait(at_most);
    lag_.wakes(woke);
    timers_.catch_up(woke);
    reactor_.tell([this](Watched& watched, std::uint32_t events) {
      if (!contain([&] { watched.ready(events); })) watched.failed();
    });
    timers_.advance(fire_);
    idle = run_what_is_due();
  }
}

bool LoopCore::run_what_is_due() {
  for (int round = 0; round < kRounds; ++round) {
    if (due_.empty() && posted_here_.empty() && !others_posted_.load(std::memory_order_acquire)) {
      // Those that are let go may have a last word: it is posted.
      buried_.clear();
      if (posted_here_.empty() && due_.empty()) return true;
      continue;
    }
    running_due_.swap(due_);
    for (Due* const what : running_due_) {
      what->queued_ = false;
      if (!contain([&] { what->due(); })) what->failed();
    }
    running_due_.clear();
    run_posted();
    run_posted_by_others();
  }
  return false;
}

void LoopCore::run_posted() {
  running_.swap(posted_here_);
  run_all(running_);
}

void LoopCore::run_all(std::vector<Task>& tasks) {
  for (Task& task : tasks) contain(task);
  tasks.clear();
}

void LoopCore::run_posted_by_others() {
  if (!others_posted_.load(std::memory_order_relaxed)) return;
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_by_others_);
    others_posted_.store(false, std::memory_order_relaxed);
  }
  run_all(tasks);
}

void LoopCore::end() {
  std::vector<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    dropped.swap(posted_by_others_);
  }
  stopping_ = true;
  reactor_.wake();
  if (thread_.joinable()) thread_.join();
  thread_id_ = std::this_thread::get_id();
  dropped.clear();
  std::exchange(posted_here_, {}).clear();
  // Each may let go of others, or begin something that ends as well.
  while (!delayed_.empty() || !under_way_.empty() || !reactor_.watched().empty() ||
         !attachments_.empty() || !buried_.empty()) {
    let_go_of_all();
  }
  due_.clear();
  thread_id_ = std::thread::id();
}

void LoopCore::let_go_of_all() {
  std::exchange(delayed_, {}).clear();
  while (!under_way_.empty()) {
    UnderWay& left = under_way_.front();
    under_way_.pop_front();
    contain([&] { left.loop_ends(); });
  }
  while (!reactor_.watched().empty()) {
    Watched& left = reactor_.watched().front();
    if (!contain([&] { left.loop_ends(); })) left.failed();
  }
  std::exchange(attachments_, {}).clear();
  std::exchange(buried_, {}).clear();
}

void LoopCore::post(Task task) {
  if (here()) {
    if (!stopping_.load(std::memory_order_relaxed)) posted_here_.push_back(std::move(task));
    return;
  }
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  posted_by_others_.push_back(std::move(task));
  if (!others_posted_.exchange(true, std::memory_order_release)) reactor_.wake();
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
  // The time of the loop is that of its waking up.
  entry->timer->set(delay + TimerWheel::kTick);
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

std::shared_ptr<LoopAttachment> LoopCore::detach(std::uint64_t key) {
  const auto found =
      std::ranges::find(attachments_, key, &decltype(attachments_)::value_type::first);
  if (found == attachments_.end()) return nullptr;
  std::shared_ptr<LoopAttachment> attached = std::move(found->second);
  attachments_.erase(found);
  return attached;
}

struct Loops::Threads {
  std::vector<std::shared_ptr<LoopCore>> loops;
};

Loops::Loops(std::size_t count, std::function<void(std::string_view what)> on_fault)
    : threads_(std::make_unique<Threads>()) {
  for (std::size_t i = 0; i < count; ++i) {
    threads_->loops.push_back(std::make_shared<LoopCore>(i, on_fault));
    threads_->loops.back()->start();
  }
}

Loops::~Loops() {
  for (const auto& loop : threads_->loops) loop->end();
}

Loop& Loops::at(std::size_t index) { return *threads_->loops.at(index); }

std::size_t Loops::size() const noexcept { return threads_->loops.size(); }

}  // namespace banyan::http
