// SPDX-License-Identifier: Apache-2.0
#include "log_beside.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "banyan/sqlite/fault.hpp"
#include "banyan/sqlite/wal_room.hpp"

namespace banyan::strangler {
namespace {

/// For some ten ways back whose evidence is as long as it may be.
constexpr std::uint64_t kRoomForAWayBack = 1 << 20;

/// Whether what a log gives up is there to be held again: on a disk that is nearly full somebody
/// else may be faster.
bool has_much_room(const std::string& file) {
  std::error_code unknown;
  const auto space = std::filesystem::space(file, unknown);
  return unknown || space.available > 8 * kRoomForAWayBack;
}

}  // namespace

LogBeside::LogBeside(std::string store_file, sqlite::Connection& connection, WriteTurn& turn)
    : store_file_(std::move(store_file)), connection_(connection), turn_(turn) {}

void LogBeside::bring_in() {
  is_brought_in_ = false;
  if (const auto turn = turn_.take_if_free()) copy_into_file();
}

void LogBeside::copy_into_file() {
  const auto mode =
      has_much_room(store_file_) ? sqlite::Checkpoint::Truncate : sqlite::Checkpoint::Passive;
  try {
    const BusyWait waits_for_nobody(connection_, std::chrono::milliseconds(0));
    is_brought_in_ = connection_.checkpoint(mode).complete;
    if (is_brought_in_) trouble_.clear();
  } catch (const sqlite::Fault& fault) {
    // Committed it is, and who comes by later tries again.
    if (fault.kind() != sqlite::FaultKind::Busy) trouble_ = fault.message();
  }
}

bool LogBeside::hold_room() const {
  return sqlite::hold_wal_room(store_file_, kRoomForAWayBack) != sqlite::WalRoom::Full;
}

}  // namespace banyan::strangler
