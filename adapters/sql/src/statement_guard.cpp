// SPDX-License-Identifier: Apache-2.0
#include "statement_guard.hpp"

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

// What every module may read: the catalogue, and the tables that functions over values make.
bool is_internal(Access access, std::string_view table) {
  if (access != Access::Reads) return false;
  return table.starts_with("sqlite_") || table == "json_each" || table == "json_tree";
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
  whole_tables_.clear();
}

bool StatementGuard::allows(Access access, std::string_view table, std::string_view column,
                            std::string_view via) {
  if (module_ == Ownership::kit || access == Access::Calculates) return true;
  const auto& name = ownership_.rights(module_).module;
  if (access == Access::Controls || access == Access::Defines) {
    refusal_.emplace(
        FaultKind::Misuse,
        "module '" + name + "': " +
            (access == Access::Controls
                 ? "transactions and settings are the business of ModuleDatabase::read() and "
                   "write(), not of a statement inside them: "
                 : "a module's statements do not change the schema; write a migration in "
                   "migrations/" +
                       name + "/: ") +
            std::string(sql_));
    return false;
  }
  if (is_internal(access, table) || is_kit_trigger(table, via)) return true;
  if (ownership_.may_touch(module_, table)) return true;
  Violation violation{name, std::string(table), std::string(verb_of(access)), std::string(via),
                      std::string(sql_)};
  if (access == Access::Reads && column.empty()) {
    whole_tables_.push_back(std::move(violation));
    return true;
  }
  return judge(std::move(violation));
}

bool StatementGuard::judge(Violation violation) {
  ownership_.report(violation);
  if (ownership_.guarding() == Guarding::Log) return true;
  if (!refusal_) refusal_.emplace(FaultKind::Ownership, violation.message());
  return false;
}

std::optional<Fault> StatementGuard::refusal() const { return refusal_; }

void StatementGuard::settle(const std::function<bool(std::string_view)>& is_table) {
  for (auto& violation : std::exchange(whole_tables_, {})) {
    if (is_table(violation.table) && !judge(violation)) throw *refusal_;
  }
}

}  // namespace banyan::sql
