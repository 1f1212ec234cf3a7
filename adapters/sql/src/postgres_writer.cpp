// SPDX-License-Identifier: Apache-2.0
#include "postgres_writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "banyan/kernel/random.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::sql {

using namespace std::chrono_literals;

PostgresWriter::PostgresWriter(const DataSource& source, Ownership& ownership,
                               const Options& options)
    : clock_(*options.clock),
      most_running_(options.writers),
      queue_(options),
      pool_(source, ownership, options.writers, clock_) {}

std::optional<Error> PostgresWriter::run(const Context& context, const UnitQueue::Body& body) {
  return queue_.run_in_turn(context, body, most_running_, [this](Unit& unit) {
    carry_out(unit);
    failing_ = is_storage_fault(unit.thrown);
  });
}

WriterFigures PostgresWriter::figures() const {
  return {units_.load(), commits_.load(), again_.load(), queue_.size(), failing_.load()};
}

void PostgresWriter::carry_out(Unit& unit) {
  auto pause = 1ms;
  while (!attempt(unit)) {
    ++again_;
    // With jitter, so that two that met do not meet again.
    const auto jitter = std::chrono::microseconds(system_random().next() % 1000);
    std::this_thread::sleep_for(std::min<SteadyTime::duration>(
        pause + jitter, std::max<SteadyTime::duration>(unit.deadline - clock_.steady(), 0ms)));
    pause = std::min(pause * 2, 100ms);
  }
}

// False: it is to run again.
bool PostgresWriter::attempt(Unit& unit) {
  unit.kept = false;
  unit.thrown = nullptr;
  std::unique_ptr<PostgresConnection> connection;
  bool committing = false;
  bool again = false;
  try {
    connection = pool_.take(unit.deadline);
    unit.kept = unit.body(*connection);
    committing = unit.kept;
    if (unit.kept) {
      connection->commit();
      ++units_;
      ++commits_;
    }
  } catch (const NotOpenedInTime&) {
    unit.kept = false;
    unit.thrown = std::current_exception();
  } catch (const Fault& fault) {
    unit.kept = false;
    auto kind = fault.kind();
    if (committing && kind == FaultKind::ConnectionLost) kind = FaultKind::OutcomeUnknown;
    unit.thrown = kind == fault.kind() ? std::current_exception()
                                       : std::make_exception_ptr(Fault(kind, fault.what()));
    again = worth_repeating(unit, kind);
  } catch (...) {
    unit.kept = false;
    unit.thrown = std::current_exception();
  }
  if (connection != nullptr) pool_.give_back(std::move(connection));
  return !again;
}

bool PostgresWriter::worth_repeating(const Unit& unit, FaultKind kind) const {
  if (clock_.steady() >= unit.deadline) return false;
  switch (kind) {
    case FaultKind::Serialization:
    case FaultKind::ConnectionLost: return true;
    // If it was committed, the ledger refuses to begin the command once more and tells its answer.
    case FaultKind::OutcomeUnknown: return unit.begins_command;
    default: return false;
  }
}

}  // namespace banyan::sql
