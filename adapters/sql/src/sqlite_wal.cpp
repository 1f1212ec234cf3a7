// SPDX-License-Identifier: Apache-2.0
#include "sqlite_wal.hpp"

#include <chrono>
#include <utility>

#include "banyan/sql/fault.hpp"
#include "banyan/sqlite/file_header.hpp"

namespace banyan::sql {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenLooks = 500ms;
// While it waits for reads to end nobody writes: long enough for those that are short.
constexpr auto kForShortReads = 50ms;

std::string seconds(SteadyTime::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

SqliteWal::SqliteWal(const std::filesystem::path& file, const Snapshots& reads,
                     const Options& options)
    : file_(file), reads_(reads), clock_(*options.clock), limit_(options.wal_limit) {}

// Not after each commit: to ask for a file's size makes the next commit dearer (on Linux 6.18 by a
// third: the system notes the file's times anew).
bool SqliteWal::is_due() {
  const SteadyTime now = clock_.steady();
  if (looked_ && now - *looked_ < kBetweenLooks) return false;
  looked_ = now;
  if (sqlite::wal_bytes_of(file_) > limit_) return true;
  first_ = last_ = std::nullopt;
  note(std::nullopt);
  return false;
}

// Who waits holds up all that write, so waiting is for the first meeting with an obstacle only. If
// not one page more could be written back since, it is the same snapshot that is in the way.
void SqliteWal::cut(SqliteConnection& writer) {
  try {
    auto done = writer.cut_wal(0ms);
    const bool met_before = first_ && last_->pages_written_back == done.moved_pages;
    if (!done.complete && !met_before) done = writer.cut_wal(kForShortReads);
    if (done.complete) {
      first_ = last_ = std::nullopt;
      return note(std::nullopt);
    }
    const Try now{done.moved_pages, clock_.steady()};
    if (met_before) {
      auto reader = reads_.oldest();
      if (reader && reader->since > first_->at) reader.reset();
      const SteadyTime since = reader ? reader->since : first_->at;
      note(Obstacle{std::move(reader), since, {}});
    } else {
      first_ = now;
      note(std::nullopt);
    }
    last_ = now;
  } catch (const Fault& fault) {
    first_.reset();
    last_ = Try{-1, clock_.steady()};
    note(Obstacle{{}, last_->at, fault.what()});
  }
}

void SqliteWal::note(std::optional<Obstacle> obstacle) {
  const std::lock_guard lock(mutex_);
  obstacle_ = std::move(obstacle);
}

WriteAheadLog SqliteWal::figures() const {
  WriteAheadLog log{file_.filename().string(), sqlite::wal_bytes_of(file_), {}};
  const std::lock_guard lock(mutex_);
  if (!obstacle_ || log.bytes <= limit_) return log;
  log.problem = "the write-ahead log of '" + log.database + "' has " +
                std::to_string(log.bytes >> 20) + " MiB and cannot be cut: ";
  const std::string since = seconds(clock_.steady() - obstacle_->since);
  if (!obstacle_->fault.empty()) {
    log.problem += obstacle_->fault;
  } else if (obstacle_->reader) {
    log.problem += "a read of module '" + obstacle_->reader->module +
                   "' in this process has been under way for " + since +
                   ". The log is cut when it ends.";
  } else {
    log.problem += "a connection of another process has been reading for " + since +
                   " or more (a backup, an open shell). Find it with `fuser '" + file_.string() +
                   "'`; the log is cut when it ends.";
  }
  return log;
}

}  // namespace banyan::sql
