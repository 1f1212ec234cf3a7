// SPDX-License-Identifier: Apache-2.0
#include "table_set.hpp"

#include <algorithm>

#include "names.hpp"

namespace banyan::mover {

TableSet table_set_of(const Connection& origin, const std::vector<std::string>& names,
                      const std::string& module, const std::vector<std::string>& companions) {
  TableSet table_set;
  table_set.names = names;
  table_set.objects = objects_of_tables(origin, names);
  for (Table& table : tables_of(origin)) {
    if (table.can_be_copied() && contains_name(names, table.name)) {
      table_set.tables.push_back({std::move(table), {}});
    } else if (contains_name(companions, table.name)) {
      table_set.companions.push_back({std::move(table), module});
    }
  }
  return table_set;
}

std::vector<std::string> names_in_own_file(const Connection& own) {
  std::vector<std::string> names;
  for (const Table& table : tables_of(own)) {
    if (!is_kit_table(table.name) && table.kind != TableKind::Shadow) names.push_back(table.name);
  }
  return names;
}

void drop_all(const Connection& database, const std::vector<std::string>& names) {
  for (const Table& table : tables_of(database)) {
    if (!contains_name(names, table.name)) continue;
    database.run((table.kind == TableKind::View ? "DROP VIEW " : "DROP TABLE ") +
                 identifier(table.name));
  }
}

void create_tables(const Connection& destination, const TableSet& table_set,
                   const Connection& origin) {
  for (const SchemaObject& object : table_set.objects) {
    if (object.type == "table") destination.run(object.sql);
  }
  for (const RowSet& companion : table_set.companions) {
    if (destination.has_table(companion.table.name)) continue;
    for (const SchemaObject& object : objects_of_tables(origin, {companion.table.name})) {
      destination.run(object.sql);
    }
  }
}

void create_the_rest(const Connection& destination, const TableSet& table_set) {
  for (const SchemaObject& object : table_set.objects) {
    if (object.type != "table") destination.run(object.sql);
  }
}

std::optional<std::string> schema_difference(const Connection& origin,
                                             const Connection& destination,
                                             const TableSet& table_set) {
  const auto described = [&](const Connection& database) {
    std::vector<SchemaObject> objects = objects_of_tables(database, table_set.names);
    std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) {
      return std::tie(a.type, a.name) < std::tie(b.type, b.name);
    });
    return objects;
  };
  const std::vector<SchemaObject> left = described(origin);
  const std::vector<SchemaObject> right = described(destination);
  if (left == right) return std::nullopt;
  for (const SchemaObject& object : left) {
    if (std::find(right.begin(), right.end(), object) == right.end()) {
      return "the " + object.type + " " + object.name + " is not the same in the copy";
    }
  }
  return "the copy has " +
         counted(std::ssize(right) - std::ssize(left), "index, trigger or view",
                 "indexes, triggers or views") +
         " that the origin does not have";
}

}  // namespace banyan::mover
