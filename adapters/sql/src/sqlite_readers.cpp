// SPDX-License-Identifier: Apache-2.0
#include "sqlite_readers.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "sql/fault.hpp"

namespace banyan::sql {

SqliteReaders::SqliteReaders(std::filesystem::path file, Ownership& ownership,
                             const Options& options)
    : file_(std::move(file)),
      ownership_(ownership),
      clock_(*options.clock),
      most_(options.readers_per_module) {}

void SqliteReaders::with_connection(SteadyTime deadline,
                                    const std::function<void(SqliteConnection&)>& body) {
  auto connection = take(deadline);
  connection->set_deadline(deadline, clock_);
  try {
    body(*connection);
  } catch (...) {
    give_back(std::move(connection));
    throw;
  }
  give_back(std::move(connection));
}

void SqliteReaders::with_snapshot(SteadyTime deadline,
                                  const std::function<void(SqliteConnection&)>& body) {
  with_connection(deadline, [&body](SqliteConnection& connection) {
    connection.begin_snapshot();
    body(connection);
    connection.commit();
  });
}

std::unique_ptr<SqliteConnection> SqliteReaders::take(SteadyTime deadline) {
  {
    std::unique_lock lock(mutex_);
    while (idle_.empty() && open_ >= most_) {
      const auto left = deadline - clock_.steady();
      if (left <= SteadyTime::duration::zero()) {
        throw Fault(FaultKind::Deadline, "'" + file_.filename().string() +
                                             "': the deadline passed while all of the module's " +
                                             std::to_string(most_) +
                                             " reading connections were in use.");
      }
      constexpr SteadyTime::duration kLongestWait = std::chrono::minutes(1);
      returned_.wait_for(lock, std::min(left, kLongestWait));
    }
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  try {
    return std::make_unique<SqliteConnection>(file_, SqliteConnection::Use::Read, ownership_);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    throw;
  }
}

void SqliteReaders::give_back(std::unique_ptr<SqliteConnection> connection) {
  connection->clear_deadline();
  connection->roll_back();
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace banyan::sql
