// SPDX-License-Identifier: Apache-2.0
#include "module_connection.hpp"

#include <utility>

#include "sql/fault.hpp"

namespace banyan::sql {

ModuleConnection::ModuleConnection(std::string name, std::size_t number, LedgerSql ledger)
    : name_(std::move(name)), number_(number), ledger_(*this, std::move(ledger)) {}

void ModuleConnection::read(const Context& context, const std::function<void(UnitOfWork&)>& body) {
  refuse_nesting();
  run_read(context, [&](Connection& connection) {
    const OpenUnitOfWork open;
    UnitOfWork unit(context, connection, number_, ledger_.clock());
    body(unit);
  });
}

std::optional<Error> ModuleConnection::write(const Context& context,
                                             const std::function<bool(UnitOfWork&)>& body) {
  refuse_nesting();
  std::optional<LedgerEntry::State> written;
  auto refused = run_write(context, [&](Connection& connection) {
    const OpenUnitOfWork open;
    UnitOfWork unit(context, connection, number_, ledger_.clock());
    const bool keep = body(unit);
    written = ledger_.settle(connection, unit, keep);
    return keep;
  });
  if (!refused && written) context.command->commit(*written);
  return refused;
}

std::optional<Error> ModuleConnection::write_as_kit(const Context& context, const KitBody& body) {
  refuse_nesting();
  return run_write(context, [&](Connection& connection) {
    const OpenUnitOfWork open;
    body(connection);
    return true;
  });
}

void ModuleConnection::refuse_nesting() const {
  if (!OpenUnitOfWork::on_this_thread()) return;
  throw Fault(FaultKind::Misuse,
              "module '" + name_ +
                  "' begins a read() or write() inside another one on the same thread. Use the "
                  "Session that the outer body was given.");
}

const std::string& ModuleDatabase::module() const { return connection_->module(); }

IdempotencyLedger& ModuleDatabase::ledger() { return connection_->ledger(); }

void ModuleDatabase::run_read(const Context& context,
                              const std::function<void(UnitOfWork&)>& body) {
  connection_->read(context, body);
}

std::optional<Error> ModuleDatabase::run_write(const Context& context,
                                               const std::function<bool(UnitOfWork&)>& body) {
  return connection_->write(context, body);
}

}  // namespace banyan::sql
