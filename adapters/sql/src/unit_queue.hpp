// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/sql/database.hpp"
#include "connection.hpp"

namespace banyan::sql {

/// The order in which units of work get at a database, the same for every engine: first come,
/// first served; no more than so many wait; none begins after its deadline; who is told that
/// nothing happened may rely on it. Either callers run() what a worker claims and finishes, or each
/// runs its own when its turn comes. Safe for concurrent use.
class UnitQueue {
 public:
  /// Answers whether to keep what it did.
  using Body = std::function<bool(Connection&)>;

  /// A unit on its way; lives on its caller's stack.
  struct Unit {
    enum class Stage : std::uint8_t { Queued, Expired, Running, Done };
    const Body& body;
    SteadyTime deadline;
    bool begins_command;  ///< the ledger's entry of a command is written in it
    Stage stage = Stage::Queued;
    bool kept = false;
    std::exception_ptr thrown = nullptr;
    std::condition_variable done = {};
  };

  explicit UnitQueue(const Options& options)
      : clock_(*options.clock), most_queued_(options.queued_writes) {}

  /// Waits until a worker has run `body`, and throws what it threw. The error says that it never
  /// ran. A unit that has to wait asks `belongs_here` now and then, and leaves the queue without an
  /// error and without having run when it does not.
  std::optional<Error> run(const Context& context, const Body& body,
                           const std::function<bool()>& belongs_here = {});
  /// Waits until all that came before have begun and fewer than `most_running` are running; then
  /// `carry_out` runs the unit on this thread, and leaves in it how that ended. Throws what the
  /// body threw.
  std::optional<Error> run_in_turn(const Context& context, const Body& body,
                                   std::size_t most_running,
                                   const std::function<void(Unit&)>& carry_out);

  enum class Woken : std::uint8_t { Units, Time, Stop };
  /// Stop: the queue was stopped and nothing is left to do.
  Woken wait_for_units(std::chrono::milliseconds longest);
  bool empty() const;
  /// The next unit whose deadline has not passed; nothing when none waits.
  Unit* claim();
  void finish(Unit& unit);
  /// Everybody who waits is told, nobody hangs.
  void fail_waiting(const std::exception_ptr& failure);
  void stop();
  std::size_t size() const;

 private:
  std::optional<Error> enqueue(Unit& unit, const Context& context);
  enum class Wait : std::uint8_t { Over, Expired, Elsewhere };
  Wait wait_while(const std::function<bool()>& queued, std::unique_lock<std::mutex>& lock,
                  Unit& unit, const std::function<bool()>& belongs_here);
  void wake_first();

  const Clock& clock_;
  const std::size_t most_queued_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Unit*> queue_;
  std::size_t running_ = 0;  ///< of those that run in their turn
  bool stopping_ = false;
};

/// Did a unit fail because the database could not be written at all?
bool is_storage_fault(const std::exception_ptr& thrown);

}  // namespace banyan::sql
