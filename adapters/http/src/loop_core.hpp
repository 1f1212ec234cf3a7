// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/http/loop.hpp"
#include "buffer_pool.hpp"
#include "loop_lag.hpp"
#include "object_pool.hpp"
#include "reactor.hpp"
#include "timer_wheel.hpp"

namespace banyan::http {

/// What others keep on a loop, as long as it lives.
class LoopAttachment {
 public:
  virtual ~LoopAttachment() = default;
};

/// What is under way on a loop without being watched: it has callbacks to call, and they may be all
/// that holds it, in a circle. What it has posted is dropped when the loop ends, so it is told.
class UnderWay : public Listed<class LoopCore> {
 public:
  /// Tell whoever waits, and let go of all: nothing will come any more. Once for each
  /// LoopCore::tell_of_end().
  virtual void loop_ends() = 0;

 protected:
  ~UnderWay() = default;
};

/// What has something to do on its loop as soon as what is running there returns. Costs neither an
/// allocation nor a lock, unlike a task.
class Due {
 public:
  virtual void due() = 0;
  /// due() has thrown; as Watched::failed().
  virtual void failed() noexcept = 0;

 protected:
  ~Due() = default;

 private:
  friend class LoopCore;
  bool queued_ = false;
};

/// A loop: waits for descriptors, tells those who own them, keeps the time, runs what was posted.
/// Shared by everything that lives on it, so that whoever answers late from another thread finds it
/// still there, though ended.
class LoopCore final : public Loop, public std::enable_shared_from_this<LoopCore> {
 public:
  using OnFault = std::function<void(std::string_view what)>;
  /// `on_fault`: for the log; on the loop, must not throw.
  explicit LoopCore(std::size_t index, OnFault on_fault = {},
                    std::chrono::nanoseconds late_after = kLateAfter);
  ~LoopCore() override;

  void start();
  /// Ends the thread, drops what waits, tells what is under way, has everything closed that is
  /// still watched; the same with what comes of that. Not on the loop.
  void end();

  void post(Task task) override;
  void after(std::chrono::milliseconds delay, Task task) override;
  bool here() const noexcept override {
    return thread_id_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  std::size_t index() const noexcept override { return index_; }
  SteadyTime now() const noexcept override { return timers_.now(); }
  bool late() const noexcept override { return lag_.late(); }
  void fault(std::string_view what) noexcept override;

  /// Calls it; what it throws is told as a fault, and goes no further. Whether it threw nothing.
  template <class Call>
  bool contain(Call&& call) noexcept {
    try {
      std::forward<Call>(call)();
      return true;
    } catch (const std::exception& exception) {
      fault(exception.what());
    } catch (...) {
      fault("an exception of an unknown type");
    }
    return false;
  }

  // What follows is for the loop only.

  Reactor& reactor() noexcept { return reactor_; }
  TimerWheel& timers() noexcept { return timers_; }
  BufferPool& buffers() noexcept { return buffers_; }
  SpareTexts& texts() noexcept { return texts_; }

  /// Once, however often it is asked for until then. `what` must live till then: see bury().
  void soon(Due& what) {
    if (std::exchange(what.queued_, true)) return;
    due_.push_back(&what);
  }
  /// Keeps it until nothing that is running or due can know it any more.
  void bury(std::shared_ptr<void> what) { buried_.push_back(std::move(what)); }

  /// When the loop ends, unless it is gone by then. Costs no allocation; asked for again, nothing.
  void tell_of_end(UnderWay& what) {
    if (!what.is_linked()) under_way_.push_back(what);
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, made once a second.
  std::string_view date();

  /// By the key of its owner; null at first.
  std::shared_ptr<LoopAttachment>& attachment(std::uint64_t key);
  /// Its owner is gone. Null when there was nothing.
  std::shared_ptr<LoopAttachment> detach(std::uint64_t key);

 private:
  struct Delayed {
    std::unique_ptr<Timer> timer;
    Task task;
  };

  void run();
  /// Whether nothing is left to do but to wait.
  bool run_what_is_due();
  void run_posted();
  void run_posted_by_others();
  void run_all(std::vector<Task>& tasks);
  void let_go_of_all();
  void delay_here(std::chrono::milliseconds delay, Task task);

  std::size_t index_;
  OnFault on_fault_;
  Reactor reactor_;
  TimerWheel timers_;
  LoopLag lag_;
  const TimerWheel::Fire fire_;
  BufferPool buffers_;
  SpareTexts texts_;
  std::list<Delayed> delayed_;
  std::vector<Due*> due_;
  std::vector<Due*> running_due_;
  std::vector<Task> posted_here_;
  std::vector<Task> running_;
  std::vector<std::shared_ptr<void>> buried_;
  List<UnderWay, LoopCore> under_way_;
  std::vector<std::pair<std::uint64_t, std::shared_ptr<LoopAttachment>>> attachments_;
  std::int64_t date_second_ = 0;
  std::string date_;
  std::atomic<std::thread::id> thread_id_;
  std::thread thread_;

  std::atomic<bool> stopping_ = false;
  std::atomic<bool> others_posted_ = false;
  std::mutex mutex_;
  std::vector<Task> posted_by_others_;
  bool ended_ = false;
};

}  // namespace banyan::http
