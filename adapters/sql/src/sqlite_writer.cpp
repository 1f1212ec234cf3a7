// SPDX-License-Identifier: Apache-2.0
#include "sqlite_writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "banyan/kernel/unit_of_work.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

// A group ends when it is this large or this old, so that nobody's answer, and no other process,
// waits for a stream of units that never ends.
constexpr std::size_t kMostUnitsInGroup = 256;
constexpr std::chrono::milliseconds kLongestGroup{20};
// Programs that ask for the file lock without taking the turn get a gap this often.
constexpr std::chrono::milliseconds kLongestWithoutGap{100};
constexpr std::chrono::milliseconds kGap{1};
constexpr std::chrono::milliseconds kBetweenLooksAtFile{500};

sqlite::FileLock lock_of(const std::filesystem::path& file) {
  try {
    return sqlite::FileLock(sqlite::writer_lock_of(file), file);
  } catch (const std::filesystem::filesystem_error& error) {
    throw Fault(
        FaultKind::Storage,
        std::string(error.what()) + ". The process needs to write in the folder of the database.");
  }
}

}  // namespace

SqliteWriter::SqliteWriter(const std::filesystem::path& file, Ownership& ownership, SqliteWal& wal,
                           const Options& options, std::function<void(bool)> replaced,
                           std::function<void()> check_file)
    : clock_(*options.clock),
      on_fault_(options.on_fault),
      queue_(options),
      connection_(file, SqliteConnection::Use::Write, ownership),
      at_path_(file),
      tell_replaced_(std::move(replaced)),
      check_file_(std::move(check_file)),
      file_lock_(lock_of(file)),
      wal_(wal) {
  if (connection_.moved()) {
    throw Fault(FaultKind::Storage,
                "'" + file.string() + "' was replaced while it was being opened. Start again.");
  }
  connection_.limit_wal(options.wal_limit);
  thread_ = std::thread([this] { work(); });
}

SqliteWriter::~SqliteWriter() {
  queue_.stop();
  thread_.join();
}

WriterFigures SqliteWriter::figures() const {
  return {units_.load(), commits_.load(), again_.load(), queue_.size(), failing_.load()};
}

void SqliteWriter::work() {
  last_gap_ = std::chrono::steady_clock::now();
  auto woken = UnitQueue::Woken::Time;
  while (woken != UnitQueue::Woken::Stop) {
    woken = queue_.wait_for_units(kBetweenLooksAtFile);
    contain([&] { take_turn(woken); }, on_fault_);
  }
}

void SqliteWriter::take_turn(UnitQueue::Woken woken) try {
  // Who ends has to tell of it, too: the log stays where it is.
  if (woken == UnitQueue::Woken::Stop) looked_.reset();
  look_after_file();
  if (woken == UnitQueue::Woken::Stop) return;
  if (woken == UnitQueue::Woken::Time) return look_after_wal();
  const bool locked = file_lock_.acquire([this] { return queue_.empty(); });
  if (!locked) return;
  commit_a_group();
  if (!replaced_ && wal_.is_due()) wal_.cut(connection_);
  file_lock_.release();
  if (std::chrono::steady_clock::now() - last_gap_ < kLongestWithoutGap) return;
  std::this_thread::sleep_for(kGap);
  last_gap_ = std::chrono::steady_clock::now();
} catch (...) {
  connection_.roll_back();
  file_lock_.release();
  queue_.fail_waiting(std::current_exception());
  throw;
}

// Whoever puts a file in its place tells nobody, and what is written here then nobody finds again.
void SqliteWriter::look_after_file() {
  const auto now = std::chrono::steady_clock::now();
  if (looked_ && now - *looked_ < kBetweenLooksAtFile) return;
  looked_ = now;
  // By the one, SQLite knows it; by the other, who changes something does.
  const bool replaced = connection_.moved() || at_path_.look() != FileAtPath::Found::Itself;
  if (replaced_.exchange(replaced) == replaced || !tell_replaced_) return;
  contain([&] { tell_replaced_(replaced); }, on_fault_);
}

// Others may have written, and readers have gone. The log of a file that was replaced may be taken
// for the log of the one that is there.
void SqliteWriter::look_after_wal() {
  if (replaced_ || !wal_.is_due() || !file_lock_.try_acquire()) return;
  wal_.cut(connection_);
  file_lock_.release();
}

void SqliteWriter::commit_a_group() {
  std::vector<Unit*> group;
  group.reserve(kMostUnitsInGroup);  // so that no unit is claimed and then not kept in mind
  const bool together = try_group(group);
  if (!together) run_singly(group);
  finish(group, together);
}

bool SqliteWriter::try_group(std::vector<Unit*>& group) {
  try {
    connection_.begin_immediate();
  } catch (const Fault& fault) {
    // Somebody without our lock holds the database. Who waits goes on waiting, each for as long
    // as its deadline allows.
    if (fault.kind() != FaultKind::Busy) {
      failing_ = true;
      queue_.fail_waiting(std::current_exception());
    }
    return true;
  }
  const auto until = std::chrono::steady_clock::now() + kLongestGroup;
  while (group.size() < kMostUnitsInGroup) {
    Unit* const unit = queue_.claim();
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
    check_before_commit(group);
    connection_.commit();
    return true;
  } catch (...) {
    connection_.roll_back();  // who it was that failed, each says alone
    return false;
  }
}

// Units have looked before they began, some milliseconds ago. Who keeps nothing has nothing to
// lose.
void SqliteWriter::check_before_commit(const std::vector<Unit*>& units) const {
  if (check_file_ && std::ranges::any_of(units, &Unit::kept)) check_file_();
}

void SqliteWriter::run_body(Unit& unit) {
  connection_.set_deadline(unit.deadline, clock_);
  try {
    const OpenUnitOfWork open;
    unit.kept = unit.body(connection_);
  } catch (...) {
    unit.thrown = std::current_exception();
  }
  connection_.clear_deadline();
}

// False: the transaction is gone, and with it what the units before this one did.
bool SqliteWriter::run_in_savepoint(Unit& unit) {
  unit.kept = false;
  unit.thrown = nullptr;
  try {
    connection_.command("SAVEPOINT unit");
    run_body(unit);
    if (!connection_.in_transaction()) {
      throw Fault(FaultKind::Storage,
                  "the database gave up the whole transaction during a unit of work");
    }
    if (!unit.kept) connection_.command("ROLLBACK TO unit");
    connection_.command("RELEASE unit");
    return true;
  } catch (...) {
    unit.kept = false;
    if (!unit.thrown) unit.thrown = std::current_exception();
    return false;
  }
}

void SqliteWriter::run_singly(const std::vector<Unit*>& group) {
  for (Unit* const unit : group) {
    try {
      connection_.begin_immediate();
      if (run_in_savepoint(*unit)) {
        check_before_commit({unit});
        connection_.commit();
      }
    } catch (...) {
      unit->kept = false;
      if (!unit->thrown) unit->thrown = std::current_exception();
    }
    connection_.roll_back();
  }
}

void SqliteWriter::finish(const std::vector<Unit*>& group, bool together) {
  if (group.empty()) return;
  commits_ += together ? 1 : group.size();
  if (!together) again_ += group.size();
  for (const Unit* const unit : group) {
    units_ += unit->kept ? 1 : 0;
    failing_ = is_storage_fault(unit->thrown);
  }
  for (Unit* const unit : group) queue_.finish(*unit);
}

}  // namespace banyan::sql
