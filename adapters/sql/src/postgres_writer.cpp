// SPDX-License-Identifier: Apache-2.0
#include "postgres_writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "kernel/random.hpp"
#include "sql/fault.hpp"

namespace banyan::sql {

using namespace std::chrono_literals;

PostgresWriter::PostgresWriter(const DataSource& source, Ownership& ownership,
                               const Options& options)
    : source_(source), ownership_(ownership), clock_(*options.clock), queue_(options) {
  for (std::size_t i = 0; i < options.writers; ++i) threads_.emplace_back([this] { work(); });
}

PostgresWriter::~PostgresWriter() {
  queue_.stop();
  for (std::thread& thread : threads_) thread.join();
}

WriterFigures PostgresWriter::figures() const {
  return {units_.load(), commits_.load(), again_.load(), queue_.size(), failing_.load()};
}

void PostgresWriter::work() {
  OwnConnection connection;
  while (queue_.wait_for_units()) {
    Unit* const unit = queue_.claim();
    if (unit == nullptr) continue;
    carry_out(*unit, connection);
    failing_ = is_storage_fault(unit->thrown);
    queue_.finish(*unit);
  }
}

void PostgresWriter::carry_out(Unit& unit, OwnConnection& connection) {
  auto pause = 1ms;
  while (!attempt(unit, connection)) {
    ++again_;
    // With jitter, so that two that met do not meet again.
    const auto jitter = std::chrono::microseconds(system_random().next() % 1000);
    std::this_thread::sleep_for(std::min<SteadyTime::duration>(
        pause + jitter, std::max<SteadyTime::duration>(unit.deadline - clock_.steady(), 0ms)));
    pause = std::min(pause * 2, 100ms);
  }
}

// False: it is to run again.
bool PostgresWriter::attempt(Unit& unit, OwnConnection& connection) {
  unit.kept = false;
  unit.thrown = nullptr;
  bool committing = false;
  try {
    if (connection == nullptr) {
      connection = std::make_unique<PostgresConnection>(source_, ownership_);
    }
    unit.kept = unit.body(*connection);
    if (unit.kept) {
      committing = true;
      connection->commit();
      ++units_;
      ++commits_;
    } else {
      connection->roll_back();
    }
    return true;
  } catch (const Fault& fault) {
    unit.kept = false;
    auto kind = fault.kind();
    if (committing && kind == FaultKind::ConnectionLost) kind = FaultKind::OutcomeUnknown;
    unit.thrown = kind == fault.kind() ? std::current_exception()
                                       : std::make_exception_ptr(Fault(kind, fault.what()));
    if (connection != nullptr) connection->roll_back();
    if (connection != nullptr && connection->is_lost()) connection.reset();
    return !worth_repeating(unit, kind);
  } catch (...) {
    unit.kept = false;
    unit.thrown = std::current_exception();
    if (connection != nullptr) connection->roll_back();
    return true;
  }
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
