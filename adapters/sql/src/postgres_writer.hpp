// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "postgres_pool.hpp"
#include "unit_queue.hpp"

namespace banyan::sql {

/// The units of work of this process on one server: as many at once as it has connections, each on
/// its caller's thread. The server lets them run as if they were alone (SERIALIZABLE) and commits
/// them together as it likes. A unit that was in another's way runs again, and so does one whose
/// server went away before its commit.
class PostgresWriter {
 public:
  PostgresWriter(const DataSource& source, Ownership& ownership, const Options& options);
  PostgresWriter(const PostgresWriter&) = delete;
  PostgresWriter& operator=(const PostgresWriter&) = delete;

  /// `body` begins the transaction; see UnitQueue::run_in_turn().
  std::optional<Error> run(const Context& context, const UnitQueue::Body& body);

  WriterFigures figures() const;

 private:
  using Unit = UnitQueue::Unit;

  void carry_out(Unit& unit);
  bool attempt(Unit& unit);
  bool worth_repeating(const Unit& unit, FaultKind kind) const;

  const Clock& clock_;
  const std::size_t most_running_;
  UnitQueue queue_;
  PostgresPool pool_;  ///< one for each that may run: nobody waits here
  std::atomic<std::uint64_t> units_{0}, commits_{0}, again_{0};
  std::atomic<bool> failing_{false};
};

}  // namespace banyan::sql
