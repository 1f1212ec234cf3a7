// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>

namespace banyan::events {

class Lane;

/// What the threads of a relay have to do next: look for work, one at a time, or do some, each
/// piece once at a time. Safe for concurrent use.
class WorkBoard {
 public:
  /// A slot of a lane in which there is something to send.
  struct Task {
    Lane* lane;
    int slot;
    friend auto operator<=>(const Task&, const Task&) = default;
  };
  struct Next {
    enum class Kind : std::uint8_t { Look, Work, Stop } kind;
    Task task{};  ///< of Work
  };

  /// There may be something to do. However many say so, and however often, one look follows, and at
  /// most one of them takes the board's lock.
  void wake();
  /// From now on next() answers Stop.
  void stop();
  const std::atomic<bool>& stopping() const { return stopping_; }

  /// Waits until there is something to do.
  Next next();
  /// What a look has found, and how long the next one may wait.
  void found(const std::deque<Task>& tasks, std::chrono::microseconds wait);
  /// It is done for now. Something may have come meanwhile.
  void done(const Task& task);

 private:
  bool is_look_due() const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::set<Task> busy_;
  bool looking_ = false;
  std::chrono::steady_clock::time_point next_look_{};
  std::atomic<bool> look_{true};
  std::atomic<bool> stopping_{false};
};

}  // namespace banyan::events
