// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "catalogue.hpp"
#include "rows.hpp"

namespace banyan::mover {

/// Everything that a move carries from one file to the other.
struct TableSet {
  std::vector<std::string> names;  ///< tables and views, as both sides know them
  std::vector<RowSet> tables;
  std::vector<SchemaObject> objects;  ///< that make them up, in the order of creation
  std::vector<RowSet> companions;     ///< the module's rows in tables of the kit
};

TableSet table_set_of(const Connection& origin, const std::vector<std::string>& names,
                      const std::string& module, const std::vector<std::string>& companions);

/// All tables and views of a module's own file: whatever is there and is not the kit's.
std::vector<std::string> names_in_own_file(const Connection& own);

/// Drops these tables and views where they exist, with all that hangs on them.
void drop_all(const Connection& database, const std::vector<std::string>& names);

void create_tables(const Connection& destination, const TableSet& table_set,
                   const Connection& origin);
/// Indexes, views and triggers: after the rows, which is faster and fires nothing.
void create_the_rest(const Connection& destination, const TableSet& table_set);

/// The schema of the copy in comparison with the origin's; nothing when they are the same.
std::optional<std::string> schema_difference(const Connection& origin,
                                             const Connection& destination,
                                             const TableSet& table_set);

}  // namespace banyan::mover
