// SPDX-License-Identifier: Apache-2.0
#include "write_turn.hpp"

#include <filesystem>
#include <system_error>

#include "banyan/sqlite/fault.hpp"

namespace banyan::strangler {
namespace {

/// One for each file, by whatever name it is opened.
std::filesystem::path writers_lock(const std::string& store_file) {
  std::error_code failed;
  const auto file = std::filesystem::canonical(store_file, failed);
  return (failed ? store_file : file.string()) + ".writer";
}

}  // namespace

WriteTurn::WriteTurn(const std::string& store_file) : store_file_(store_file) {}

void WriteTurn::Held::end() noexcept {
  if (lock_ != nullptr) std::exchange(lock_, nullptr)->release();
}

void WriteTurn::prepare() { opened(); }

WriteTurn::Held WriteTurn::take(std::chrono::milliseconds wait) {
  sqlite::FileLock* const lock = opened();
  if (lock != nullptr && !lock->acquire(wait)) {
    throw sqlite::Fault(sqlite::FaultKind::Busy, "another process is writing it");
  }
  return Held(lock);
}

std::optional<WriteTurn::Held> WriteTurn::take_if_free() {
  sqlite::FileLock* const lock = opened();
  if (lock == nullptr || !lock->try_acquire()) return std::nullopt;
  return Held(lock);
}

/// Null when that cannot be; the next one tries again.
sqlite::FileLock* WriteTurn::opened() {
  try {
    if (!lock_) lock_.emplace(writers_lock(store_file_), store_file_);
    return &*lock_;
  } catch (const sqlite::Fault&) {
    return nullptr;
  }
}

BusyWait::BusyWait(sqlite::Connection& connection, std::chrono::milliseconds most)
    : connection_(connection) {
  connection_.set_busy_wait(most);
}

BusyWait::~BusyWait() { connection_.set_busy_wait(sqlite::Connection::kBusyWait); }

WriteTransaction::WriteTransaction(WriteTurn& turn, sqlite::Connection& connection,
                                   std::chrono::milliseconds wait)
    : busy_wait_(connection, wait),
      turn_(turn.take(wait)),
      transaction_(connection, sqlite::Begin::Immediate) {}

void WriteTransaction::commit() {
  transaction_.commit();
  turn_.end();
}

}  // namespace banyan::strangler
