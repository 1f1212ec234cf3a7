// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "connection.hpp"
#include "sql/module_database.hpp"
#include "sql_ledger.hpp"

namespace banyan::sql {

/// Takes one module's transactions to where its tables are. Safe for concurrent use.
class ModuleConnection {
 public:
  ModuleConnection(std::string name, std::size_t number, LedgerSql ledger);
  virtual ~ModuleConnection() = default;

  /// See ModuleDatabase.
  void read(const Context& context, const std::function<void(UnitOfWork&)>& body);
  std::optional<Error> write(const Context& context, const std::function<bool(UnitOfWork&)>& body);

  const std::string& module() const { return name_; }
  IdempotencyLedger& ledger() { return ledger_; }

  /// A read or a write of the kit's own, on the connection that the module's would have.
  using KitBody = std::function<void(Connection&)>;
  void read_as_kit(const Context& context, const KitBody& body) { run_read(context, body); }
  std::optional<Error> write_as_kit(const Context& context, const KitBody& body);

 protected:
  std::size_t number() const { return number_; }

 private:
  virtual void run_read(const Context& context, const KitBody& body) = 0;
  /// `body` answers whether to keep what it did, and may run more than once.
  virtual std::optional<Error> run_write(const Context& context,
                                         const std::function<bool(Connection&)>& body) = 0;
  void refuse_nesting() const;

  const std::string name_;
  const std::size_t number_;
  SqlLedger ledger_;
};

}  // namespace banyan::sql
