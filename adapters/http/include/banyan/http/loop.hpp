// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"

namespace banyan::http {

/// From when on a loop is late. Where it has time to spare, what is ready waits for well below a
/// millisecond; this is many times as much, and more than the slice of the processor that the
/// system gives to somebody else now and then.
inline constexpr std::chrono::milliseconds kLateAfter{5};

/// One thread that waits for many sockets and never blocks otherwise. A connection belongs to one
/// loop for life; what is documented as "on the loop" is only called there.
///
/// An exception from a callback ends what the callback was about (its request, its connection) and
/// is told as a fault; the loop and all others on it go on.
class Loop {
 public:
  using Task = std::move_only_function<void()>;
  virtual ~Loop() = default;

  /// Runs the task on the loop, soon, never before this returns. From any thread; dropped (and
  /// destroyed) when the loop has ended.
  virtual void post(Task task) = 0;
  /// As post(), in no less than `delay`, and up to 20 ms later. It cannot be called off: let the
  /// task find out whether it is still wanted.
  virtual void after(std::chrono::milliseconds delay, Task task) = 0;
  /// When the loop last woke up: what is timed often goes by this, since it costs nothing. On the
  /// loop.
  virtual SteadyTime now() const noexcept = 0;
  /// Whether the caller is on the loop's thread.
  virtual bool here() const noexcept = 0;
  /// Whether it is behind with its work: what was ready has had to wait for kLateAfter (or what its
  /// server was told, ServerOptions::late_after) on average lately, in the last tenth of a second.
  /// Who can be done without gives way then. A loop that cannot tell never is. From any thread.
  virtual bool late() const noexcept { return false; }
  /// Tells whoever made the loops that something went wrong which is nobody's answer: an exception
  /// from a callback, for the log. On the loop.
  virtual void fault(std::string_view what) noexcept = 0;
  /// 0 … number of loops − 1 among those that were made together.
  virtual std::size_t index() const noexcept = 0;
};

/// Loops with their threads, for those who speak HTTP without serving it. A Server has its own.
class Loops {
 public:
  /// `on_fault`: told what Loop::fault() is told. On any of the loops; must not throw.
  explicit Loops(std::size_t count = 1, std::function<void(std::string_view what)> on_fault = {});
  /// Ends the threads and drops what is waiting. Exchanges under way fail.
  ~Loops();
  Loops(const Loops&) = delete;
  Loops& operator=(const Loops&) = delete;

  Loop& at(std::size_t index);
  std::size_t size() const noexcept;

 private:
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace banyan::http
