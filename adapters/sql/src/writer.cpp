// SPDX-License-Identifier: Apache-2.0
#include "writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

#include "kernel/unit_of_work.hpp"
#include "sql/fault.hpp"

namespace banyan::sql {
namespace {

// A group ends when it is this large or this old, so that nobody's answer, and no other process,
// waits for a stream of units that never ends.
constexpr std::size_t most_units_in_group = 256;
constexpr std::chrono::milliseconds longest_group{20};
// Programs that ask for the file lock without taking the turn get a gap this often.
constexpr std::chrono::milliseconds longest_without_gap{100};
constexpr std::chrono::milliseconds gap{1};

}  // namespace

struct Writer::Unit {
  enum class Stage : std::uint8_t { Queued, Expired, Running, Done };
  const std::function<bool(Connection&)>& body;
  SteadyTime deadline;
  Stage stage = Stage::Queued;
  bool kept = false;
  std::exception_ptr thrown = nullptr;
  std::condition_variable done = {};
};

Writer::Writer(const std::filesystem::path& file, Ownership& ownership, const Options& options)
    : clock_(*options.clock),
      most_queued_(options.queued_writes),
      connection_(file, Connection::Use::Write, ownership),
      file_lock_(file),
      thread_([this] { work(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

std::optional<Error> Writer::run(const Context& context,
                                 const std::function<bool(Connection&)>& body) {
  Unit unit{body, context.deadline};
  const auto not_begun = [] {
    return Error{ErrorCode::DeadlineExceeded,
                 "banyan.write_not_begun",
                 "the deadline passed before the write began; nothing was changed. Try again with "
                 "more time, or look for the writer that holds the database.",
                 {}};
  };
  std::unique_lock lock(mutex_);
  if (context.expired(clock_)) return not_begun();
  if (queue_.size() >= most_queued_) {
    return Error{
        ErrorCode::ResourceExhausted,
        "banyan.writer_queue_full",
        std::to_string(queue_.size()) + " writes wait for this database already. Try again later.",
        {}};
  }
  queue_.push_back(&unit);
  arrived_.notify_one();
  while (unit.stage == Unit::Stage::Queued) {
    const auto left = unit.deadline - clock_.steady();
    if (left <= SteadyTime::duration::zero()) {
      std::erase(queue_, &unit);
      return not_begun();
    }
    constexpr SteadyTime::duration longest_wait = std::chrono::minutes(1);
    unit.done.wait_for(lock, std::min(left, longest_wait));
  }
  if (unit.stage == Unit::Stage::Expired) return not_begun();
  // The body belongs to this call: from here on its outcome is waited for, whatever the deadline.
  unit.done.wait(lock, [&unit] { return unit.stage == Unit::Stage::Done; });
  lock.unlock();
  if (unit.thrown) std::rethrow_exception(unit.thrown);
  return std::nullopt;
}

WriterFigures Writer::figures() const {
  const std::lock_guard lock(mutex_);
  auto result = figures_;
  result.queued = queue_.size();
  return result;
}

void Writer::work() {
  auto last_gap = std::chrono::steady_clock::now();
  while (wait_for_units()) {
    const bool locked = file_lock_.acquire([this] {
      const std::lock_guard lock(mutex_);
      return queue_.empty();
    });
    if (!locked) continue;
    commit_a_group();
    file_lock_.release();
    if (std::chrono::steady_clock::now() - last_gap < longest_without_gap) continue;
    std::this_thread::sleep_for(gap);
    last_gap = std::chrono::steady_clock::now();
  }
}

bool Writer::wait_for_units() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  return !queue_.empty();
}

Writer::Unit* Writer::claim() {
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

void Writer::commit_a_group() {
  std::vector<Unit*> group;
  const bool together = try_group(group);
  if (!together) run_singly(group);
  finish(group, together);
}

bool Writer::try_group(std::vector<Unit*>& group) {
  try {
    connection_.begin_immediate();
  } catch (const Fault& fault) {
    // Somebody without our lock holds the database. Who waits goes on waiting, each for as long
    // as its deadline allows.
    if (fault.kind() != FaultKind::Busy) fail_waiting(std::current_exception());
    return true;
  }
  const auto until = std::chrono::steady_clock::now() + longest_group;
  while (group.size() < most_units_in_group) {
    Unit* const unit = claim();
    if (unit == nullptr) break;
    group.push_back(unit);
    if (!run_in_savepoint(*unit)) {
      connection_.roll_back();
      return false;
    }
    if (std::chrono::steady_clock::now() >= until) break;
  }
  if (group.empty()) {
    connection_.roll_back();
    return true;
  }
  try {
    connection_.commit();
    return true;
  } catch (const Fault&) {
    connection_.roll_back();
    return false;
  }
}

// False: the transaction is gone, and with it what the units before this one did.
bool Writer::run_in_savepoint(Unit& unit) {
  unit.kept = false;
  unit.thrown = nullptr;
  try {
    connection_.command("SAVEPOINT unit");
    try {
      const OpenUnitOfWork open;
      unit.kept = unit.body(connection_);
    } catch (...) {
      unit.thrown = std::current_exception();
    }
    if (!connection_.in_transaction()) {
      throw Fault(FaultKind::Storage,
                  "the database gave up the whole transaction during a unit of work");
    }
    if (!unit.kept) connection_.command("ROLLBACK TO unit");
    connection_.command("RELEASE unit");
    return true;
  } catch (const Fault&) {
    unit.kept = false;
    if (!unit.thrown) unit.thrown = std::current_exception();
    return false;
  }
}

void Writer::run_singly(const std::vector<Unit*>& group) {
  for (Unit* const unit : group) {
    try {
      connection_.begin_immediate();
      if (run_in_savepoint(*unit)) connection_.commit();
    } catch (const Fault&) {
      unit->kept = false;
      if (!unit->thrown) unit->thrown = std::current_exception();
    }
    connection_.roll_back();
  }
}

void Writer::finish(const std::vector<Unit*>& group, bool together) {
  if (group.empty()) return;
  const std::lock_guard lock(mutex_);
  for (Unit* const unit : group) {
    if (unit->kept) ++figures_.units;
    unit->stage = Unit::Stage::Done;
    // Under the lock: the unit lives on its caller's stack, and the caller goes on at once.
    unit->done.notify_one();
  }
  figures_.commits += together ? 1 : group.size();
  if (!together) figures_.singly += group.size();
}

// The database cannot be written at all: everybody who waits is told, nobody hangs.
void Writer::fail_waiting(const std::exception_ptr& failure) {
  const std::lock_guard lock(mutex_);
  for (Unit* const unit : queue_) {
    unit->thrown = failure;
    unit->stage = Unit::Stage::Done;
    unit->done.notify_one();
  }
  queue_.clear();
}

}  // namespace banyan::sql
