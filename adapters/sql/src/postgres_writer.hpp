// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "postgres_connection.hpp"
#include "unit_queue.hpp"

namespace banyan::sql {

/// The units of work of this process on one server: a few connections, each with a thread that runs
/// one unit at a time. The server lets them run at once as if they were alone (SERIALIZABLE) and
/// commits them together as it likes. A unit that was in another's way runs again, and so does one
/// whose server went away before its commit.
class PostgresWriter {
 public:
  PostgresWriter(const DataSource& source, Ownership& ownership, const Options& options);
  /// Finishes what is queued.
  ~PostgresWriter();
  PostgresWriter(const PostgresWriter&) = delete;
  PostgresWriter& operator=(const PostgresWriter&) = delete;

  /// `body` begins the transaction; see UnitQueue::run().
  std::optional<Error> run(const Context& context, const UnitQueue::Body& body) {
    return queue_.run(context, body);
  }

  WriterFigures figures() const;

 private:
  using Unit = UnitQueue::Unit;
  using OwnConnection = std::unique_ptr<PostgresConnection>;

  void work();
  void carry_out(Unit& unit, OwnConnection& connection);
  bool attempt(Unit& unit, OwnConnection& connection);
  bool worth_repeating(const Unit& unit, FaultKind kind) const;

  const DataSource& source_;
  Ownership& ownership_;
  const Clock& clock_;
  UnitQueue queue_;
  std::atomic<std::uint64_t> units_{0}, commits_{0}, again_{0};
  std::atomic<bool> failing_{false};
  std::vector<std::thread> threads_;
};

}  // namespace banyan::sql
