// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "support/raw_sqlite.hpp"

namespace banyan::test {

/// What a move leaves: a file of the module's own, an open gate in it, and the fence that points
/// there. `schema` makes the module's tables.
inline std::filesystem::path move_out(const std::filesystem::path& shared,
                                      const std::string& module, const std::string& schema,
                                      bool with_ledger = true) {
  auto own = shared;
  own.replace_extension(module + ".db");
  RawSqlite file(own);
  file.run("PRAGMA journal_mode = WAL;" + schema +
           ";CREATE TABLE banyan_gate (module TEXT PRIMARY KEY, state TEXT, epoch INTEGER);"
           "INSERT INTO banyan_gate VALUES ('" +
           module + "', 'open', 1)");
  if (with_ledger) {
    // The kit's tables that lie beside a module's own, as the shared file has them.
    file.run(RawSqlite(shared).run(
        "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND (tbl_name IN ('banyan_ledger', 'banyan_held', 'banyan_inbox')"
        " OR tbl_name LIKE 'banyan_outbox%' OR tbl_name LIKE 'banyan_lane%') ORDER BY type DESC)"));
    file.run("PRAGMA user_version = " + RawSqlite(shared).run("PRAGMA user_version"));
  }
  RawSqlite(shared).run("INSERT INTO banyan_fence(module, state, epoch, location) VALUES ('" +
                        module + "', 'moved', 1, '" + own.filename().string() + "')");
  return own;
}

}  // namespace banyan::test
