// SPDX-License-Identifier: Apache-2.0
#include "banyan/placement/write_guards.hpp"

#include <algorithm>

namespace banyan::placement {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}
std::string identifier(std::string_view name) { return quoted(name, '"'); }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

struct Trigger {
  std::string name;
  std::string sql;
};

// IS NOT, so that a missing row refuses as well.
std::vector<Trigger> triggers_of(Guard guard, std::string_view module, const std::string& table) {
  const std::string kind = guard == Guard::Fence ? "fence" : "gate";
  std::vector<Trigger> triggers;
  for (const std::string event : {"INSERT", "UPDATE", "DELETE"}) {
    const std::string name = "banyan_" + kind + "_" + table + "_" + lower(event);
    triggers.push_back({name, "CREATE TRIGGER " + identifier(name) + " BEFORE " + event + " ON " +
                                  identifier(table) + " WHEN (SELECT state FROM banyan_" + kind +
                                  " WHERE module = " + quoted(module, '\'') +
                                  ") IS NOT 'open' BEGIN SELECT RAISE(ABORT, '" +
                                  std::string(kMovedMessage) + "'); END"});
  }
  return triggers;
}

// It takes no triggers. What is written through it stands in step with a table that has them.
bool is_virtual(const sqlite::Connection& database, const std::string& table) {
  auto look = database.query("SELECT 1 FROM sqlite_master WHERE name = ?1 AND rootpage = 0");
  look.bind(1, table);
  return look.step();
}

std::vector<Trigger> missing(const sqlite::Connection& database, Guard guard,
                             std::string_view module, const std::vector<std::string>& tables) {
  std::vector<Trigger> found;
  auto is_there = database.query(
      "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ?1 AND sql = ?2");
  for (const std::string& table : tables) {
    if (!database.has_table(table) || is_virtual(database, table)) continue;
    for (Trigger& trigger : triggers_of(guard, module, table)) {
      is_there.bind_all(std::string_view(trigger.name), std::string_view(trigger.sql));
      const bool there = is_there.step();
      is_there.end_run();
      if (!there) found.push_back(std::move(trigger));
    }
  }
  return found;
}

}  // namespace

bool ensure_guards(const sqlite::Connection& database, Guard guard, std::string_view module,
                   const std::vector<std::string>& tables) {
  const std::vector<Trigger> to_make = missing(database, guard, module, tables);
  for (const Trigger& trigger : to_make) {
    database.run("DROP TRIGGER IF EXISTS " + identifier(trigger.name));
    database.run(trigger.sql);
  }
  return !to_make.empty();
}

bool guards_missing(const sqlite::Connection& database, Guard guard, std::string_view module,
                    const std::vector<std::string>& tables) {
  return !missing(database, guard, module, tables).empty();
}

}  // namespace banyan::placement
