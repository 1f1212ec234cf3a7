// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "database.hpp"

namespace banyan::mover {

/// One table that a statement touches, as SQLite's authorizer reports it while preparing.
struct Access {
  std::string table;
  bool writes = false;
  std::string through;   ///< the view, CTE or trigger that leads there; "" when named directly
  bool cascade = false;  ///< by a foreign key's action
  friend bool operator<(const Access& a, const Access& b) {
    return std::tie(a.table, a.writes, a.through, a.cascade) <
           std::tie(b.table, b.writes, b.through, b.cascade);
  }
};

/// The tables that all statements of this text touch; nothing is run. Triggers and foreign key
/// actions count. Throws sqlite::Fault when one cannot be prepared.
std::set<Access> accesses_of(const Connection& database, const std::string& sql);

/// The same for one view, and for the body of one trigger.
std::set<Access> accesses_of_view(const Connection& database, const std::string& view);
std::set<Access> accesses_of_trigger(const Connection& database, const std::string& trigger,
                                     const std::string& table);

}  // namespace banyan::mover
