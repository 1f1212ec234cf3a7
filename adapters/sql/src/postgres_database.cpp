// SPDX-License-Identifier: Apache-2.0
#include "postgres_database.hpp"

#include <utility>

#include "banyan/postgres/module_schemas.hpp"
#include "banyan/sql/fault.hpp"
#include "module_connection.hpp"

namespace banyan::sql {
namespace {

// Of the server: nobody on the machines of the application sets it.
constexpr std::string_view kServerClock =
    "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// What passes by itself stays what it is, so that a program that meets it at its start is started
/// again; everything else is `otherwise`.
Fault fault_of_server(const postgres::Fault& fault, const std::string& where, FaultKind otherwise) {
  const auto kind = [&] {
    switch (fault.kind()) {
      case postgres::FaultKind::ConnectionLost: return FaultKind::ConnectionLost;
      case postgres::FaultKind::Serialization: return FaultKind::Serialization;
      case postgres::FaultKind::Busy: return FaultKind::Busy;
      default: return otherwise;
    }
  }();
  const std::string_view next = postgres::next_step(fault.kind());
  return {kind, where + ": " + fault.message() + (next.empty() ? "" : ". " + std::string(next))};
}

postgres::Connection connect_to(const DataSource& source, FaultKind otherwise) {
  try {
    return postgres::Connection::open(source.connection);
  } catch (const postgres::Fault& fault) {
    throw fault_of_server(fault, "cannot connect to " + source.display(), otherwise);
  }
}

class PostgresModuleConnection final : public ModuleConnection {
 public:
  PostgresModuleConnection(std::shared_ptr<PostgresServerDatabase> server, std::size_t module,
                           ModuleScope scope)
      : ModuleConnection(server->ownership().rights(module).module, module,
                         {{server->options().clock, std::string(kServerClock)}, ""}),
        server_(std::move(server)),
        scope_(std::move(scope)) {}

  std::unique_ptr<CommitWatch> watch(std::function<void()> changed) override {
    return server_->commits().watch(module(), std::move(changed));
  }

 private:
  std::string_view engine() const override { return to_string(Engine::Postgres); }
  void run_read(const Context& context, const KitBody& body) override {
    server_->readers_of(number()).with_snapshot(scope_, context.deadline, body);
  }

  std::optional<Error> run_write(const Context& context,
                                 const std::function<bool(Connection&)>& body) override {
    const Clock& clock = *server_->options().clock;
    return server_->writer_of(number()).run(context, [&](Connection& connection) {
      static_cast<PostgresConnection&>(connection)
          .begin(PostgresConnection::Mode::Write, scope_, left_until(context.deadline, clock));
      return body(connection);
    });
  }

  void announce() noexcept override { server_->commits().announce(module()); }

  const std::shared_ptr<PostgresServerDatabase> server_;
  const ModuleScope scope_;
};

}  // namespace

PostgresServerDatabase::PostgresServerDatabase(DataSource source, const Options& options)
    : source_(std::move(source)), options_(options), ownership_(options_) {
  if (options_.guarding == Guarding::Log) {
    throw Fault(
        FaultKind::Misuse,
        source_.display() +
            ": on PostgreSQL the ownership guard can only deny: it is the server's grants.");
  }
  auto database = connect_to(source_, FaultKind::NotADatabase);
  try {
    postgres::check_database(database, source_.display());
  } catch (const postgres::Fault& fault) {
    throw fault_of_server(fault, source_.display(), FaultKind::NotADatabase);
  } catch (const std::runtime_error& error) {
    throw Fault(FaultKind::NotADatabase, error.what());
  }
}

PostgresPool& PostgresServerDatabase::readers_of(std::size_t module) {
  const std::lock_guard lock(mutex_);
  auto& readers = readers_[module];
  if (!readers)
    readers = std::make_unique<PostgresPool>(source_, ownership_, options_.readers_per_module,
                                             *options_.clock);
  return *readers;
}

PostgresWriter& PostgresServerDatabase::writer_of(std::size_t module) {
  const std::lock_guard lock(mutex_);
  auto& writer = writers_[module];
  if (!writer) writer = std::make_unique<PostgresWriter>(source_, ownership_, options_);
  return *writer;
}

WriterFigures PostgresServerDatabase::figures() {
  WriterFigures total;
  const std::lock_guard lock(mutex_);
  for (const auto& [module, writer] : writers_) total += writer->figures();
  return total;
}

ModuleScope PostgresServerDatabase::prepare(const std::string& module,
                                            const std::vector<BoundaryViolation>& violations) {
  auto database = connect_to(source_, FaultKind::NotADatabase);
  try {
    postgres::make_schemas(database, options_.application, {module});
    for (const BoundaryViolation& violation : violations) {
      postgres::grant_violation(database, options_.application, module, violation.table);
    }
    return {postgres::identifier(postgres::role_of(options_.application, module)),
            postgres::search_path_of(module, postgres::modules_in(database))};
  } catch (const postgres::Fault& fault) {
    throw fault_of_server(fault, source_.display(), FaultKind::Misuse);
  }
}

PostgresDatabase::PostgresDatabase(const DataSource& source, const Options& options)
    : server_(std::make_shared<PostgresServerDatabase>(source, options)) {}

ModuleDatabase PostgresDatabase::connect(const std::string& module,
                                         const std::vector<std::string>& tables,
                                         const std::vector<BoundaryViolation>& violations) {
  const auto number = server_->ownership().add(module, tables, violations);
  return ModuleDatabase(std::make_shared<PostgresModuleConnection>(
      server_, number, server_->prepare(module, violations)));
}

// Both are one question to a server: a connection of its own, as one that is kept may be the last
// that still gets through.
Result<void> PostgresDatabase::probe(const Context& /*context*/) {
  const auto ask = [this](const std::string& sql) {
    try {
      connect_to(server_->source(), FaultKind::ConnectionLost).run(sql);
    } catch (const postgres::Fault& fault) {
      throw Fault(fault.kind() == postgres::FaultKind::Full ? FaultKind::StorageFull
                                                            : FaultKind::ConnectionLost,
                  server_->source().display() + ": " + fault.message());
    }
  };
  return write_probe_.run(
      figures(), *server_->options().clock, [&] { ask("SELECT 1"); },
      [&]() -> std::optional<Error> {
        ask("UPDATE banyan.format SET version = version");
        return std::nullopt;
      });
}

std::vector<ModuleStatement> PostgresDatabase::statements() const {
  return server_->ownership().statements();
}

}  // namespace banyan::sql
