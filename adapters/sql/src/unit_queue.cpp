// SPDX-License-Identifier: Apache-2.0
#include "unit_queue.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "banyan/kernel/idempotency.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

Error not_begun() {
  return {ErrorCode::DeadlineExceeded,
          "banyan.write_not_begun",
          "the deadline passed before the write began; nothing was changed. Try again with more "
          "time, or look for the writer that holds the database.",
          {}};
}

bool begins_command(const Context& context) {
  return context.command != nullptr && !context.command->committed();
}

}  // namespace

std::optional<Error> UnitQueue::enqueue(Unit& unit, const Context& context) {
  if (context.expired(clock_)) return not_begun();
  if (queue_.size() >= most_queued_) {
    return Error{
        ErrorCode::ResourceExhausted,
        "banyan.writer_queue_full",
        std::to_string(queue_.size()) + " writes wait for this database already. Try again later.",
        {}};
  }
  queue_.push_back(&unit);
  return std::nullopt;
}

// Unless it is over, the unit is out of the queue.
UnitQueue::Wait UnitQueue::wait_while(const std::function<bool()>& queued,
                                      std::unique_lock<std::mutex>& lock, Unit& unit,
                                      const std::function<bool()>& belongs_here) {
  constexpr SteadyTime::duration kBetweenLooks = std::chrono::milliseconds(20);
  constexpr SteadyTime::duration kLongestWait = std::chrono::minutes(1);
  while (queued()) {
    const auto left = unit.deadline - clock_.steady();
    if (left <= SteadyTime::duration::zero()) {
      std::erase(queue_, &unit);
      return Wait::Expired;
    }
    unit.done.wait_for(lock, std::min(left, belongs_here ? kBetweenLooks : kLongestWait));
    if (!belongs_here || !queued()) continue;
    lock.unlock();
    const bool stays = belongs_here();
    lock.lock();
    if (stays || !queued()) continue;
    std::erase(queue_, &unit);
    return Wait::Elsewhere;
  }
  return Wait::Over;
}

std::optional<Error> UnitQueue::run(const Context& context, const Body& body,
                                    const std::function<bool()>& belongs_here) {
  Unit unit{body, context.deadline, begins_command(context)};
  std::unique_lock lock(mutex_);
  if (auto refused = enqueue(unit, context)) return refused;
  arrived_.notify_one();
  const auto is_queued = [&unit] { return unit.stage == Unit::Stage::Queued; };
  const Wait wait = wait_while(is_queued, lock, unit, belongs_here);
  if (wait == Wait::Elsewhere) return std::nullopt;
  if (wait == Wait::Expired || unit.stage == Unit::Stage::Expired) return not_begun();
  // The body belongs to this call: from here on its outcome is waited for, whatever the deadline.
  unit.done.wait(lock, [&unit] { return unit.stage == Unit::Stage::Done; });
  lock.unlock();
  if (unit.thrown) std::rethrow_exception(unit.thrown);
  return std::nullopt;
}

std::optional<Error> UnitQueue::run_in_turn(const Context& context, const Body& body,
                                            std::size_t most_running,
                                            const std::function<void(Unit&)>& carry_out) {
  Unit unit{body, context.deadline, begins_command(context)};
  std::unique_lock lock(mutex_);
  if (auto refused = enqueue(unit, context)) return refused;
  const auto is_queued = [&] { return queue_.front() != &unit || running_ >= most_running; };
  const bool begins = wait_while(is_queued, lock, unit, {}) == Wait::Over;
  if (begins) {
    queue_.pop_front();
    ++running_;
  }
  wake_first();
  if (!begins) return not_begun();
  lock.unlock();
  carry_out(unit);
  lock.lock();
  --running_;
  wake_first();
  lock.unlock();
  if (unit.thrown) std::rethrow_exception(unit.thrown);
  return std::nullopt;
}

void UnitQueue::wake_first() {
  if (!queue_.empty()) queue_.front()->done.notify_one();
}

UnitQueue::Woken UnitQueue::wait_for_units(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, longest, [this] { return stopping_ || !queue_.empty(); });
  if (!queue_.empty()) return Woken::Units;
  return stopping_ ? Woken::Stop : Woken::Time;
}

bool UnitQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

UnitQueue::Unit* UnitQueue::claim() {
  const std::lock_guard lock(mutex_);
  while (!queue_.empty()) {
    Unit* const unit = queue_.front();
    queue_.pop_front();
    if (clock_.steady() >= unit->deadline) {
      unit->stage = Unit::Stage::Expired;
      unit->done.notify_one();
      continue;
    }
    unit->stage = Unit::Stage::Running;
    return unit;
  }
  return nullptr;
}

void UnitQueue::finish(Unit& unit) {
  const std::lock_guard lock(mutex_);
  unit.stage = Unit::Stage::Done;
  // Under the lock: the unit lives on its caller's stack, and the caller goes on at once.
  unit.done.notify_one();
}

void UnitQueue::fail_waiting(const std::exception_ptr& failure) {
  const std::lock_guard lock(mutex_);
  for (Unit* const unit : queue_) {
    unit->thrown = failure;
    unit->stage = Unit::Stage::Done;
    unit->done.notify_one();
  }
  queue_.clear();
}

void UnitQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  arrived_.notify_all();
}

bool is_storage_fault(const std::exception_ptr& thrown) {
  if (!thrown) return false;
  try {
    std::rethrow_exception(thrown);
  } catch (const Fault& fault) {
    switch (fault.kind()) {
      case FaultKind::StorageFull:
      case FaultKind::ReadOnly:
      case FaultKind::Replaced:
      case FaultKind::Storage:
      case FaultKind::ConnectionLost: return true;
      default: return false;
    }
  } catch (...) {
    return false;
  }
}

std::size_t UnitQueue::size() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace banyan::sql
