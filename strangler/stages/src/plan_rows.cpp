// SPDX-License-Identifier: Apache-2.0
#include "plan_rows.hpp"

namespace banyan::strangler {
namespace {

StoredPlan plan_in(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), static_cast<std::uint64_t>(row.number(2))};
}

}  // namespace

std::vector<StoredPlan> read_plans(const sqlite::Connection& connection) {
  std::vector<StoredPlan> all;
  connection.each("SELECT module, document, version FROM plans ORDER BY module",
                  [&](const sqlite::Statement& row) { all.push_back(plan_in(row)); });
  return all;
}

StoredPlan read_plan(const sqlite::Connection& connection, const std::string& module) {
  auto row = connection.query("SELECT module, document, version FROM plans WHERE module = ?");
  return row.bind(1, module).step() ? plan_in(row) : StoredPlan{module, {}, 0};
}

void write_plan(const sqlite::Connection& connection, const StoredPlan& plan) {
  connection
      .query(
          "INSERT INTO plans (module, version, document) VALUES (?, ?, ?) ON CONFLICT (module) "
          "DO UPDATE SET version = excluded.version, document = excluded.document")
      .bind_all(plan.module, plan.version, plan.document)
      .run();
}

}  // namespace banyan::strangler
