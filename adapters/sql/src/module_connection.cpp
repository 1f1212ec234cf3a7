// SPDX-License-Identifier: Apache-2.0
#include "module_connection.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "banyan/kernel/tracing.hpp"
#include "banyan/sql/fault.hpp"
#include "lease_clock.hpp"
#include "ownership.hpp"

namespace banyan::sql {

ModuleConnection::ModuleConnection(std::string name, std::size_t number, LedgerSql ledger)
    : name_(std::move(name)), number_(number), ledger_(*this, std::move(ledger)) {}

namespace {

/// The span of a unit of work: from when it is asked for until it is on disk, with an event for
/// each time that its body begins, so that waiting is told from working. An exception that leaves
/// it is its error.
class UnitSpan {
 public:
  UnitSpan(const Context& context, const std::string& module, std::string_view unit,
           std::string_view engine)
      : span_(Span::child_of(context, SpanKind::Internal, module, unit)) {
    span_.set("db.system.name", engine).set("banyan.module", module).set("banyan.unit", unit);
  }
  ~UnitSpan() {
    if (std::uncaught_exceptions() > exceptions_) span_.fail("an exception left the unit of work");
  }
  UnitSpan(const UnitSpan&) = delete;
  UnitSpan& operator=(const UnitSpan&) = delete;

  void body_begins() {
    span_.event("begun");
    if (++runs_ > 1) span_.set("banyan.unit.runs", runs_);
  }
  void ended(bool kept, const std::optional<Error>& refused) {
    if (refused) {
      span_.set("error.type", refused->rule);
      span_.fail(refused->message);
    } else if (!kept) {
      span_.set("banyan.unit.undone", true);
    }
  }

 private:
  Span span_;
  int runs_ = 0;
  const int exceptions_ = std::uncaught_exceptions();
};

}  // namespace

void ModuleConnection::read(const Context& context, const std::function<void(UnitOfWork&)>& body) {
  refuse_nesting();
  UnitSpan span(context, name_, "read", engine());
  run_read(context, [&](Connection& connection) {
    const OpenUnitOfWork open;
    span.body_begins();
    UnitOfWork unit(context, connection, number_, ledger_.clock());
    body(unit);
  });
}

std::optional<Error> ModuleConnection::write(const Context& context,
                                             const std::function<bool(UnitOfWork&)>& body) {
  refuse_nesting();
  UnitSpan span(context, name_, "write", engine());
  std::optional<LedgerEntry::State> written;
  std::vector<UnitEnding*> told;
  bool keep = false;
  auto refused = run_write(context, [&](Connection& connection) {
    const OpenUnitOfWork open;
    span.body_begins();
    UnitOfWork unit(context, connection, number_, ledger_.clock());
    keep = body(unit);
    told.clear();
    for (const auto& ending : endings_) {
      Session kit(connection, Ownership::kKit);
      if (keep && ending->before_commit(kit, unit)) told.push_back(ending.get());
    }
    written = ledger_.settle(connection, unit, keep);
    return keep;
  });
  span.ended(keep, refused);
  if (!refused && written) context.command->commit(*written);
  if (!refused && keep) {
    CommitMark::commit();
    for (UnitEnding* const ending : told) ending->committed(context);
    // Not in the transaction: the server lets those that notify commit one after the other.
    if (std::ranges::any_of(told, &UnitEnding::is_announced)) announce();
  }
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

std::optional<Error> ModuleConnection::try_write_as_kit(
    const Context& context, const std::function<bool(Connection&)>& body) {
  refuse_nesting();
  return run_write(context, [&](Connection& connection) {
    const OpenUnitOfWork open;
    return body(connection);
  });
}

void ModuleConnection::refuse_nesting() const {
  if (!OpenUnitOfWork::on_this_thread()) return;
  throw Fault(FaultKind::Misuse,
              "module '" + name_ +
                  "' begins a read() or write() inside another one on the same thread. Use the "
                  "Session that the outer body was given.");
}

const std::string& KitAccess::module() const { return connection_->module(); }

Engine KitAccess::engine() const { return connection_->kind(); }

void KitAccess::read(const Context& context, const std::function<void(KitUnit&)>& body) const {
  connection_->read_as_kit(context, [&](Connection& connection) {
    Session session(connection, Ownership::kKit);
    const std::function<LeaseTime()> now = [&] { return connection_->clock().now(connection); };
    KitUnit unit{session, now};
    body(unit);
  });
}

std::optional<Error> KitAccess::write(const Context& context,
                                      const std::function<bool(KitUnit&)>& body) const {
  return connection_->try_write_as_kit(context, [&](Connection& connection) {
    Session session(connection, Ownership::kKit);
    const std::function<LeaseTime()> now = [&] { return connection_->clock().now(connection); };
    KitUnit unit{session, now};
    return body(unit);
  });
}

std::unique_ptr<CommitWatch> KitAccess::watch(std::function<void()> changed) const {
  return connection_->watch(std::move(changed));
}

void KitAccess::add_ending(std::shared_ptr<UnitEnding> ending) const {
  connection_->add_ending(std::move(ending));
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
