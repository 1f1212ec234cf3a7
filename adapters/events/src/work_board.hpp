// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace banyan::events {

class Lane;

/// What the threads of a relay have to do next: look for work, one at a time, or do some, each
/// piece once at a time. The lane whose last turn is longest ago comes first, so that one with a
/// long backlog keeps no other waiting for more than a turn. Safe for concurrent use.
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
  /// It is done for now. Something may have come meanwhile. `has_more`: its turn has ended before
  /// its work; others may have come, and are looked for before anybody goes on.
  void done(const Task& task, bool has_more);

 private:
  bool is_look_due() const;
  Task take_next();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::set<Task> busy_;
  std::map<const Lane*, std::uint64_t> last_turns_;
  std::uint64_t turns_ = 0;
  bool looking_ = false;
  bool look_first_ = false;
  std::chrono::steady_clock::time_point next_look_{};
  std::atomic<bool> look_{true};
  std::atomic<bool> stopping_{false};
};

}  // namespace banyan::events
