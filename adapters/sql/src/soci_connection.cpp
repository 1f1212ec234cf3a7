// SPDX-License-Identifier: Apache-2.0
#include "soci_connection.hpp"

#include <chrono>

#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

// Statements whose text differs each time must not fill the memory.
constexpr std::size_t kMostStatements = 500;

}  // namespace

/// Ends a statement's run however it ends: nothing stays open, and no value is kept.
class SociConnection::Run {
 public:
  Run(SociConnection& connection, SociStatement& statement)
      : connection_(connection), statement_(statement) {}
  ~Run() {
    connection_.end_run(statement_);
    statement_.forget();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

 private:
  SociConnection& connection_;
  SociStatement& statement_;
};

std::string SociConnection::place(std::size_t module, std::string_view sql) const {
  std::string text;
  if (module != Ownership::kKit) text = "module '" + ownership_.rights(module).module + "', ";
  return text.append("`").append(sql).append("`");
}

Fault SociConnection::misuse(std::size_t module, std::string_view sql,
                             const std::string& problem) const {
  return {FaultKind::Misuse, place(module, sql) + ": " + problem};
}

SociConnection::Prepared& SociConnection::prepare(std::size_t module, std::string_view sql,
                                                  std::span<const Value> values,
                                                  std::span<const Kind> columns) {
  about_to_run(module, sql);
  const auto found = statements_.find(KeyView{module, sql});
  if (found != statements_.end()) {
    SociStatement& statement = *found->second.statement;
    if (statement.takes(values) && statement.gives(columns)) {
      note(module, sql, found->second);
      return found->second;
    }
    statements_.erase(found);
  }
  if (statements_.size() >= kMostStatements) statements_.clear();
  auto& kept = statements_[Key{module, std::string(sql)}];
  try {
    kept = make(module, sql, values, columns);
  } catch (...) {
    forget_statement(module, sql);
    throw;
  }
  note(module, sql, kept);
  return kept;
}

SociConnection::Prepared SociConnection::make(std::size_t module, std::string_view sql,
                                              std::span<const Value> values,
                                              std::span<const Kind> columns) {
  const StatementText text = read_statement(sql);
  if (text.sql.empty()) throw misuse(module, sql, "there is no statement in it.");
  if (text.has_second) {
    throw misuse(module, sql,
                 "there is a second statement in the string, which would never run. Give each its "
                 "own call.");
  }
  if (values.size() != text.names.size()) {
    throw misuse(module, sql,
                 "it has " + std::to_string(text.names.size()) + " parameter(s), and " +
                     std::to_string(values.size()) +
                     " value(s) were given. A name that stands twice is one parameter.");
  }
  Prepared prepared;
  try {
    prepared.statement = std::make_unique<SociStatement>(session_, text, values, columns, blobs_);
  } catch (const soci::soci_error& error) {
    throw fault_from(module, sql, error, nullptr);
  }
  check_prepared(module, sql, prepared);
  ++prepared_;
  return prepared;
}

void SociConnection::forget_statement(std::size_t module, std::string_view sql) {
  const auto found = statements_.find(KeyView{module, sql});
  if (found != statements_.end()) statements_.erase(found);
}

// Once a second is enough to know what is still run.
void SociConnection::note(std::size_t module, std::string_view sql, Prepared& prepared) {
  if (module == Ownership::kKit) return;
  const SteadyTime now = system_clock().steady();
  if (now - prepared.noted < std::chrono::seconds(1)) return;
  ownership_.note(module, sql, prepared.crosses);
  prepared.noted = now;
}

void SociConnection::query(std::size_t module, std::string_view sql, std::span<Value> values,
                           std::span<const Kind> columns, std::size_t limit,
                           const std::function<void(Row)>& take) {
  Prepared& prepared = prepare(module, sql, values, columns);
  SociStatement& statement = *prepared.statement;
  const Run run(*this, statement);
  try {
    bool row = statement.execute(values);
    std::size_t taken = 0;
    // A statement that writes (RETURNING) is always run to its end, which checks its constraints.
    while (row && (taken < limit || !prepared.reads_only)) {
      if (taken < limit) {
        check_row(module, sql, statement);
        ++taken;
        take(statement.row());
        if (taken >= limit && prepared.reads_only) break;
      }
      row = statement.fetch();
    }
  } catch (const soci::soci_error& error) {
    throw fault_from(module, sql, error, &statement);
  }
}

std::int64_t SociConnection::execute(std::size_t module, std::string_view sql,
                                     std::span<Value> values) {
  Prepared& prepared = prepare(module, sql, values, {});
  SociStatement& statement = *prepared.statement;
  const Run run(*this, statement);
  try {
    statement.execute(values);
    return prepared.reads_only ? 0 : statement.affected();
  } catch (const soci::soci_error& error) {
    throw fault_from(module, sql, error, &statement);
  }
}

}  // namespace banyan::sql
