// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/sql/data_source.hpp"
#include "banyan/sql/kit_access.hpp"
#include "banyan/sql/module_database.hpp"
#include "connection.hpp"
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
  /// `body` answers whether to keep what it did.
  std::optional<Error> try_write_as_kit(const Context& context,
                                        const std::function<bool(Connection&)>& body);
  const LeaseClock& clock() const { return ledger_.clock(); }
  Engine kind() const { return clock().is_of_server() ? Engine::Postgres : Engine::Sqlite; }
  /// See KitAccess.
  virtual std::unique_ptr<CommitWatch> watch(std::function<void()> changed) = 0;
  void add_ending(std::shared_ptr<UnitEnding> ending) { endings_.push_back(std::move(ending)); }

 protected:
  std::size_t number() const { return number_; }

 private:
  /// "sqlite", "postgresql": `db.system.name` of the spans.
  virtual std::string_view engine() const = 0;
  virtual void run_read(const Context& context, const KitBody& body) = 0;
  /// `body` answers whether to keep what it did, and may run more than once.
  virtual std::optional<Error> run_write(const Context& context,
                                         const std::function<bool(Connection&)>& body) = 0;
  /// Other processes are told that something is committed, where they cannot see it by themselves.
  /// Waits for nobody.
  virtual void announce() noexcept {}
  void refuse_nesting() const;

  const std::string name_;
  const std::size_t number_;
  SqlLedger ledger_;
  std::vector<std::shared_ptr<UnitEnding>> endings_;
};

}  // namespace banyan::sql
