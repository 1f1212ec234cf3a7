// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "http/loop.hpp"
#include "timer_wheel.hpp"

namespace banyan::http {

/// What others keep on a loop.
class LoopAttachment {
 public:
  virtual ~LoopAttachment() = default;
  /// Let go of everything that waits for the loop: it will not come.
  virtual void loop_ends() = 0;
};

/// A loop on Asio's epoll reactor. Shared by everything that lives on it, so that whoever answers
/// late from another thread finds it still there, though ended.
class LoopCore final : public Loop, public std::enable_shared_from_this<LoopCore> {
 public:
  explicit LoopCore(std::size_t index);

  void start();
  /// Ends the thread, drops what waits, lets what was cancelled clean up. Not on the loop.
  void end();

  void post(Task task) override;
  void after(std::chrono::milliseconds delay, Task task) override;
  bool here() const noexcept override {
    return thread_id_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  std::size_t index() const noexcept override { return index_; }

  boost::asio::io_context& io() noexcept { return io_; }
  TimerWheel& timers() noexcept { return timers_; }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, made once a second.
  std::string_view date();

  /// By the key of its owner; null at first.
  std::shared_ptr<LoopAttachment>& attachment(std::uint64_t key);

 private:
  struct Delayed {
    std::unique_ptr<Timer> timer;
    Task task;
  };

  void run_posted();
  void tick();
  void delay_here(std::chrono::milliseconds delay, Task task);

  std::size_t index_;
  TimerWheel timers_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      ticker_;
  std::list<Delayed> delayed_;
  std::vector<std::pair<std::uint64_t, std::shared_ptr<LoopAttachment>>> attachments_;
  std::int64_t date_second_ = 0;
  std::string date_;
  std::atomic<std::thread::id> thread_id_;
  std::thread thread_;

  std::mutex mutex_;
  std::vector<Task> posted_;
  bool ended_ = false;
};

}  // namespace banyan::http
