// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "banyan/kernel/idempotency.hpp"
#include "banyan/kernel/unit_of_work.hpp"
#include "banyan/sql/database.hpp"
#include "connection.hpp"
#include "lease_clock.hpp"

namespace banyan::sql {

class ModuleConnection;

/// What engines differ in about the ledger's table `banyan_ledger`, which lies beside the module's
/// tables and moves with them.
struct LedgerSql {
  LeaseClock clock;
  /// Who runs the commands of this process, see this_process(); "" where nobody can look whether a
  /// process is still there, because it may be on another machine.
  std::string clock_of;
};

/// This process on this start of this machine, and nobody else ever: "BOOT:PID:STARTED".
const std::string& this_process();

/// The ledger of one module in its database.
class SqlLedger final : public IdempotencyLedger {
 public:
  SqlLedger(ModuleConnection& module, LedgerSql sql);

  std::optional<LedgerEntry> find(const CommandKey& key, const Context& context) override;
  Result<void> answer(const KeyedCommand& command, const std::string& answer,
                      const Context& context) override;
  void abandon(const KeyedCommand& command, const Context& context) noexcept override;
  std::int64_t purge(std::chrono::seconds kept_for, std::int64_t limit,
                     const Context& context) override;

  /// See settle_command().
  std::optional<LedgerEntry::State> settle(Connection& connection, const banyan::UnitOfWork& unit,
                                           bool keeps);

  const LeaseClock& clock() const { return sql_.clock; }

 private:
  class Rows;

  ModuleConnection& module_;
  LedgerSql sql_;
  std::string insert_, find_, update_, abandon_, purge_;
};

}  // namespace banyan::sql
