// SPDX-License-Identifier: Apache-2.0
#include "statement_guard.hpp"

#include <algorithm>
#include <utility>

namespace banyan::sql {
namespace {

std::string_view verb_of(Access access) {
  switch (access) {
    case Access::Reads: return "reads";
    case Access::Inserts: return "inserts into";
    case Access::Updates: return "updates";
    case Access::Deletes: return "deletes from";
    case Access::Calculates:
    case Access::Controls:
    case Access::Defines: break;
  }
  return "uses";
}

// SQLite reports writing the catalogue when a statement first uses a table-valued function, and
// refuses real writing there by itself; what defines tables is reported as such besides.
bool is_internal(Access access, std::string_view table) {
  if (table == "sqlite_master" || table == "sqlite_temp_master") return true;
  return access == Access::Reads && table.starts_with("sqlite_");
}

// The fence and gate triggers of the mover act in every module's statements.
bool is_kit_trigger(std::string_view table, std::string_view via) {
  return via.starts_with("banyan_") && table.starts_with("banyan_");
}

}  // namespace

void StatementGuard::begin(std::size_t module, std::string_view sql) {
  module_ = module;
  sql_ = sql;
  refusal_.reset();
  reads_.clear();
  crosses_ = false;
}

bool StatementGuard::allows(Access access, std::string_view table, std::string_view via) {
  if (module_ == Ownership::kKit || access == Access::Calculates) return true;
  if (access == Access::Controls) {
    return forbid(
        "transactions and settings are the business of ModuleDatabase::read() and "
        "write(), not of a statement inside them");
  }
  if (access == Access::Defines) {
    return forbid(
        "a module's statements do not change the schema; write a migration in "
        "migrations/" +
        module_name() + "/");
  }
  if (is_internal(access, table) || is_kit_trigger(table, via)) return true;
  if (ownership_.may_touch(module_, table)) {
    crosses_ = crosses_ || !ownership_.owns(module_, table);
    return true;
  }
  Violation violation{module_name(), std::string(table), std::string(verb_of(access)),
                      std::string(via), std::string(sql_)};
  if (access != Access::Reads) return judge(violation);
  const auto same = [&violation](const Violation& other) {
    return other.table == violation.table && other.via == violation.via;
  };
  if (std::ranges::none_of(reads_, same)) reads_.push_back(std::move(violation));
  return true;
}

const std::string& StatementGuard::module_name() const { return ownership_.rights(module_).module; }

bool StatementGuard::forbid(const std::string& why) {
  refusal_.emplace(FaultKind::Misuse,
                   "module '" + module_name() + "': " + why + ": " + std::string(sql_));
  return false;
}

bool StatementGuard::judge(const Violation& violation) {
  crosses_ = true;
  ownership_.report(violation);
  if (ownership_.guarding() == Guarding::Log) return true;
  if (!refusal_) refusal_.emplace(FaultKind::Ownership, violation.message());
  return false;
}

std::optional<Fault> StatementGuard::refusal() const { return refusal_; }

void StatementGuard::settle(const std::function<bool(std::string_view)>& is_table) {
  for (const auto& violation : std::exchange(reads_, {})) {
    if (is_table(violation.table) && !judge(violation)) throw *refusal_;
  }
}

}  // namespace banyan::sql
