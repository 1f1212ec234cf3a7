// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "access.hpp"
#include "advice.hpp"
#include "banyan/mover/report.hpp"
#include "banyan/placement/placement_table.hpp"
#include "database.hpp"
#include "names.hpp"
#include "owners.hpp"

namespace banyan::mover {
namespace {

class Analysis {
 public:
  Analysis(const Connection& shared, Owners owners, const Ownership& ownership)
      : shared_(shared), owners_(std::move(owners)), tables_(tables_of(shared)) {
    owners_.adopt_shadow_tables(tables_);
    owners_.adopt_views(shared);
    for (const Table& table : tables_) by_name_[folded(table.name)] = &table;
    report_.database = shared.file();
    open_moved_modules(ownership);
  }

  SchemaReport run(const Ownership& ownership, const std::vector<Statement>& statements) {
    list_tables(ownership);
    for (const Table& table : tables_) {
      if (has_moved(owners_.owner_of(table.name))) continue;  // what lies here is an old copy
      if (table.kind == TableKind::Ordinary) find_foreign_keys(table);
      if (table.kind == TableKind::View) find_view(table);
    }
    find_triggers();
    for (const Statement& statement : statements) find_statement(statement);
    for (SharedTableReport& shared : report_.shared) {
      const auto& users = users_[folded(shared.table.table)];
      shared.found_users.assign(users.begin(), users.end());
    }
    return std::move(report_);
  }

 private:
  void open_moved_modules(const Ownership& ownership) {
    for (const ModuleTables& module : ownership.modules) {
      ModuleReport section{module.module, "", 0, {}};
      if (const auto placement = placement::find(shared_, module.module)) {
        section.epoch = placement->epoch;
        if (placement->authority() == placement::Authority::Own) {
          section.location = placement->location;
          const auto file = shared_.file().parent_path() / placement->location;
          Result<Connection> own = open_existing(file);
          if (own) {
            moved_.emplace(module.module, std::move(*own));
          } else {
            report_.unreadable.push_back({"module " + module.module, own.error().message});
          }
        }
      }
      report_.modules.push_back(std::move(section));
    }
  }

  bool knows(std::string_view module) const {
    return std::any_of(report_.modules.begin(), report_.modules.end(),
                       [&](const ModuleReport& section) { return section.module == module; });
  }

  bool has_moved(std::string_view module) const { return moved_.contains(std::string(module)); }

  const Connection& home_of(std::string_view module) const {
    const auto at = moved_.find(std::string(module));
    return at == moved_.end() ? shared_ : at->second;
  }

  TableReport count(const Connection& database, const std::string& table) {
    const bool exists =
        database.has_table(table) || (&database == &shared_ && by_name_.contains(folded(table)));
    TableReport line{table, exists};
    if (!exists) return line;
    try {
      line.rows = row_count(database, table);
    } catch (const sqlite::Fault& fault) {
      report_.unreadable.push_back({"table " + table, fault.message()});
    }
    return line;
  }

  void list_tables(const Ownership& ownership) {
    for (std::size_t i = 0; i < ownership.modules.size(); ++i) {
      ModuleReport& section = report_.modules[i];
      for (const std::string& table : ownership.modules[i].tables) {
        TableReport& line = section.tables.emplace_back(count(home_of(section.module), table));
        line.made_by_separation = contains_name(ownership.modules[i].made_by_separation, table);
      }
    }
    for (const SharedTable& shared : ownership.shared) {
      report_.shared.push_back({count(shared_, shared.table), shared.users, {}});
    }
    for (const Table& table : tables_) {
      const bool plain = table.kind == TableKind::Ordinary || table.kind == TableKind::Virtual;
      if (plain && owners_.owner_of(table.name) == kUnowned) {
        report_.unowned.push_back(count(shared_, table.name));
      }
    }
  }

  void add(BoundaryViolation violation) {
    for (const std::string& table : violation.tables) {
      if (owners_.owner_of(table) == kShared) users_[folded(table)].insert(violation.module);
    }
    if (violation.module == kShared) {
      for (const std::string& table : shared_in_hand_) {
        users_[folded(table)].insert(violation.other);
      }
    }
    report_.violations.push_back(std::move(violation));
  }

  void find_foreign_keys(const Table& table) {
    const std::string owner(owners_.owner_of(table.name));
    if (owner == kKit) return;
    for (const ForeignKey& key : foreign_keys_of(shared_, table.name)) {
      const std::string other(owners_.owner_of(key.parent));
      if (other == owner) continue;
      BoundaryViolation violation{
          ViolationKind::ForeignKey, owner, other, "", {key.parent}, "", ""};
      violation.object = table.name + "." + joined(key.columns, "+") + " -> " + key.parent;
      if (!key.parent_columns.empty()) {
        violation.object += '.';
        violation.object += joined(key.parent_columns, "+");
      }
      std::vector<std::string> actions;
      if (key.on_delete != "NO ACTION") actions.push_back("on delete " + folded(key.on_delete));
      if (key.on_update != "NO ACTION") actions.push_back("on update " + folded(key.on_update));
      violation.how = by_name_.contains(folded(key.parent))
                          ? (actions.empty() ? "refuses rows without a parent" : joined(actions))
                          : "refers to a table that does not exist";
      violation.next_step = advice_on_foreign_key(table.name, key, owner, other);
      shared_in_hand_ = {table.name};
      add(std::move(violation));
      shared_in_hand_.clear();
    }
  }

  // Groups what is touched by its owner; views count as what lies behind them.
  using Touched = std::map<std::string, std::vector<Access>, std::less<>>;
  Touched by_owner(const Connection& database, const std::set<Access>& accesses) const {
    Touched touched;
    for (const Access& access : accesses) {
      const std::string owner(owners_.owner_of(access.table));
      if (owner == kKit) continue;
      const auto at = by_name_.find(folded(access.table));
      const bool here = at != by_name_.end();
      if (here && at->second->kind == TableKind::View) continue;
      if (!here && !database.has_table(access.table)) continue;  // a table-valued function
      touched[owner].push_back(access);
    }
    return touched;
  }

  static std::vector<std::string> names_in(const std::vector<Access>& accesses) {
    std::set<std::string> names;
    for (const Access& access : accesses) names.insert(access.table);
    return {names.begin(), names.end()};
  }

  static std::string manner(const std::vector<Access>& accesses) {
    std::set<std::string> parts;
    std::set<std::pair<std::string, std::string>> written;
    for (const Access& access : accesses) {
      if (access.writes) written.insert({access.table, access.through});
    }
    for (const Access& access : accesses) {
      if (!access.writes && written.contains({access.table, access.through})) continue;
      std::string part = (access.writes ? "writes " : "reads ") + access.table;
      if (!access.through.empty()) part += " through " + access.through;
      if (access.cascade) part += " by a foreign key's action";
      parts.insert(part);
    }
    return joined({parts.begin(), parts.end()});
  }

  void find_view(const Table& view) {
    Touched touched;
    try {
      touched = by_owner(shared_, accesses_of_view(shared_, view.name));
    } catch (const sqlite::Fault& fault) {
      report_.unreadable.push_back({"view " + view.name, fault.message()});
      return;
    }
    std::string owner(owners_.owner_of(view.name));
    if (owner == kUnowned && !touched.empty()) owner = touched.begin()->first;
    for (const auto& [other, accesses] : touched) {
      if (other == owner) continue;
      const auto own = touched.find(owner);
      if (own != touched.end()) shared_in_hand_ = names_in(own->second);
      add({ViolationKind::View, owner, other, view.name, names_in(accesses), manner(accesses),
           advice_on_view(view.name, owner, other)});
      shared_in_hand_.clear();
    }
  }

  void find_triggers() {
    for (const SchemaObject& object : schema_objects_of(shared_)) {
      if (object.type != "trigger" || is_kit_table(object.name)) continue;
      const std::string owner(owners_.owner_of(object.table));
      if (has_moved(owner)) continue;
      Touched touched;
      try {
        touched = by_owner(shared_, accesses_of_trigger(shared_, object.name, object.table));
      } catch (const sqlite::Fault& fault) {
        report_.unreadable.push_back({"trigger " + object.name, fault.message()});
        continue;
      }
      for (const auto& [other, accesses] : touched) {
        if (other == owner) continue;
        shared_in_hand_ = {object.table};
        add({ViolationKind::Trigger, owner, other, object.name + " on " + object.table,
             names_in(accesses), manner(accesses),
             advice_on_trigger(object.name, object.table, owner, other)});
        shared_in_hand_.clear();
      }
    }
  }

  void find_statement(const Statement& statement) {
    ++report_.statements;
    if (!knows(statement.module)) {
      report_.unreadable.push_back(
          {"statement at " + statement.where,
           "its module " + statement.module + " is not in the manifest; correct one of them"});
      return;
    }
    const Connection& home = home_of(statement.module);
    Touched touched;
    try {
      touched = by_owner(home, accesses_of(home, statement.sql));
    } catch (const sqlite::Fault& fault) {
      report_.unreadable.push_back({"statement at " + statement.where, fault.message()});
      return;
    }
    for (const auto& [other, accesses] : touched) {
      if (other == statement.module) continue;
      std::string advice = advice_on_statement(statement.module, other, accesses);
      if (!statement.if_gone.empty()) advice += "; " + statement.if_gone;
      add({ViolationKind::Statement, statement.module, other, statement.where, names_in(accesses),
           manner(accesses), std::move(advice)});
    }
  }

  const Connection& shared_;
  Owners owners_;
  std::vector<Table> tables_;
  std::map<std::string, const Table*> by_name_;
  std::map<std::string, Connection> moved_;
  std::map<std::string, std::set<std::string>> users_;  // of shared tables
  std::vector<std::string> shared_in_hand_;
  SchemaReport report_;
};

}  // namespace

std::string_view to_string(ViolationKind kind) {
  switch (kind) {
    case ViolationKind::ForeignKey: return "foreign key";
    case ViolationKind::View: return "view";
    case ViolationKind::Trigger: return "trigger";
    case ViolationKind::Statement: return "statement";
  }
  return "";
}

Result<SchemaReport> schema_report(const std::filesystem::path& database,
                                   const Ownership& ownership,
                                   const std::vector<Statement>& statements) {
  const Result<Owners> owners = Owners::from(ownership);
  if (!owners) return fail(owners.error());
  const Result<Connection> opened = open_existing(database);
  if (!opened) return fail(opened.error());
  try {
    return Analysis(*opened, *owners, ownership).run(ownership, statements);
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, database));
  }
}

std::vector<BoundaryViolation> violations_of(const SchemaReport& report, std::string_view module) {
  std::vector<BoundaryViolation> found;
  std::copy_if(report.violations.begin(), report.violations.end(), std::back_inserter(found),
               [&](const BoundaryViolation& violation) {
                 return violation.module == module || violation.other == module;
               });
  return found;
}

}  // namespace banyan::mover
