// SPDX-License-Identifier: Apache-2.0
#include "owners.hpp"

#include <set>

#include "access.hpp"
#include "names.hpp"

namespace banyan::mover {

Result<Owners> Owners::from(const Ownership& ownership) {
  Owners owners;
  std::vector<Detail> problems;
  const auto claim = [&](const std::string& table, const std::string& owner,
                         const std::string& where) {
    if (table.empty()) {
      problems.push_back({where, "a table's name is empty; remove the entry"});
    } else if (is_kit_table(table)) {
      problems.push_back({where, table + " belongs to the kit or to SQLite and cannot be owned; "
                                         "remove it from the manifest"});
    } else if (const auto [at, fresh] = owners.owner_by_name_.emplace(folded(table), owner);
               !fresh) {
      problems.push_back({where, table + " has the owner " + at->second +
                                     " already; a table has one owner, or is listed as shared"});
    }
  };
  for (const ModuleTables& module : ownership.modules) {
    if (module.module.empty() || module.module == kShared || module.module == kUnowned ||
        module.module == kKit) {
      problems.push_back({"modules", "'" + module.module + "' cannot be the name of a module"});
    } else if (!owners.tables_by_module_.emplace(module.module, module.tables).second) {
      problems.push_back({module.module, "the module is listed twice; join the two entries"});
    }
    for (const std::string& table : module.tables) claim(table, module.module, module.module);
  }
  for (const SharedTable& shared : ownership.shared) {
    claim(shared.table, std::string(kShared), "shared");
    for (const std::string& user : shared.users) {
      if (!owners.tables_by_module_.contains(user)) {
        problems.push_back({"shared", shared.table + " names the user " + user +
                                          ", which is not a module of this manifest"});
      }
    }
  }
  if (!problems.empty()) {
    std::string message = "the ownership manifest contradicts itself in " +
                          counted(std::ssize(problems), "place") + "; see the details";
    return fail(ErrorCode::InvalidArgument, "mover.bad_ownership", std::move(message),
                std::move(problems));
  }
  return owners;
}

std::string_view Owners::owner_of(std::string_view table) const {
  if (is_kit_table(table)) return kKit;
  const auto at = owner_by_name_.find(folded(table));
  return at == owner_by_name_.end() ? kUnowned : std::string_view(at->second);
}

bool Owners::lists(std::string_view table) const { return owner_by_name_.contains(folded(table)); }

std::vector<std::string> Owners::tables_of_module(std::string_view module) const {
  const auto at = tables_by_module_.find(module);
  return at == tables_by_module_.end() ? std::vector<std::string>{} : at->second;
}

void Owners::adopt_views(const Connection& database) {
  const std::vector<Table> tables = tables_of(database);
  std::set<std::string> plain;
  for (const Table& table : tables) {
    if (table.kind != TableKind::View) plain.insert(folded(table.name));
  }
  for (const Table& table : tables) {
    if (table.kind != TableKind::View || lists(table.name)) continue;
    std::set<std::string> found;
    try {
      for (const Access& access : accesses_of_view(database, table.name)) {
        if (plain.contains(folded(access.table))) {
          found.insert(std::string(owner_of(access.table)));
        }
      }
    } catch (const sqlite::Fault&) {
      continue;  // reported as unreadable by whoever looks at its content
    }
    if (found.size() == 1 && tables_by_module_.contains(*found.begin())) {
      owner_by_name_.emplace(folded(table.name), *found.begin());
      tables_by_module_[*found.begin()].push_back(table.name);
    }
  }
}

void Owners::adopt_shadow_tables(const std::vector<Table>& tables) {
  for (const Table& shadow : tables) {
    if (shadow.kind != TableKind::Shadow || lists(shadow.name)) continue;
    for (const Table& parent : tables) {
      if (parent.kind == TableKind::Virtual &&
          folded(shadow.name).starts_with(folded(parent.name) + "_") && lists(parent.name)) {
        owner_by_name_.emplace(folded(shadow.name), std::string(owner_of(parent.name)));
      }
    }
  }
}

}  // namespace banyan::mover
