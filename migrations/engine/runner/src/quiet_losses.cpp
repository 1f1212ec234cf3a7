// SPDX-License-Identifier: Apache-2.0
#include "quiet_losses.hpp"

#include <algorithm>
#include <utility>

namespace banyan::migrations {
namespace {

using sqlite::Action;

std::string as_name(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

// What ON DELETE does is told as such.
Action action_of(const std::string& on_delete) {
  return on_delete == "CASCADE" ? Action::Delete : Action::Update;
}

}  // namespace

// What triggers do is written down somewhere, so that it is no quiet loss; foreign keys have no
// name there.
void QuietLosses::note(const sqlite::AccessRequest& request) {
  const bool writes = request.action == Action::Insert || request.action == Action::Update ||
                      request.action == Action::Delete;
  if (!writes || !request.via.empty() || request.schema == "temp") return;
  std::pair<Action, std::string> what{request.action, request.first};
  if (std::ranges::find(noted_, what) == noted_.end()) noted_.push_back(std::move(what));
}

void QuietLosses::begin(int line) {
  watched_.clear();
  line_ = line;
  const bool replaces = !noted_.empty() && noted_.front().first != Action::Delete;
  if (replaces && noted_.size() > 1) {
    written_ = noted_.front().second;
    for (Watched& each : tables_that_refer(written_)) {
      if (!is_noted(action_of(each.on_delete), each.table)) continue;
      each.before = database_.number(each.count);
      watched_.push_back(std::move(each));
    }
  }
  noted_.clear();
}

std::optional<QuietLosses::Loss> QuietLosses::found() {
  for (const Watched& each : std::exchange(watched_, {})) {
    const std::int64_t lost = each.before - database_.number(each.count);
    if (lost <= 0) continue;
    return Loss{line_,
                "it puts rows of '" + written_ +
                    "' in the place of others, which SQLite "
                    "deletes first, and so " +
                    std::to_string(lost) + " row(s) of '" + each.table + "' were " +
                    (each.on_delete == "CASCADE" ? "deleted" : "emptied") +
                    " with them, as their ON DELETE " + each.on_delete +
                    " says. Nothing was kept. Write INSERT … ON CONFLICT (…) DO UPDATE, which "
                    "changes the row in place; or, if those rows are to go, say so by a "
                    "statement of their own before"};
  }
  return std::nullopt;
}

std::vector<QuietLosses::Watched> QuietLosses::tables_that_refer(const std::string& table) const {
  std::vector<Watched> all;
  auto row = database_.query(
      "SELECT m.name, k.on_delete, k.\"from\", CASE k.on_delete WHEN 'SET DEFAULT' THEN "
      "coalesce((SELECT c.dflt_value FROM pragma_table_info(m.name) c "
      "WHERE c.name = k.\"from\" COLLATE NOCASE), 'NULL') ELSE 'NULL' END "
      "FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) k "
      "WHERE m.type = 'table' AND k.\"table\" = ?1 COLLATE NOCASE "
      "AND m.name <> ?1 COLLATE NOCASE AND k.seq = 0 "
      "AND k.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT') ORDER BY m.name, k.id");
  row.bind(1, table);
  while (row.step()) {
    const std::string on_delete = row.text(1);
    std::string counted = "SELECT count(*) FROM " + as_name(row.text(0));
    if (on_delete != "CASCADE") {
      counted += " WHERE " + as_name(row.text(2)) + " IS NOT (" + row.text(3) + ")";
    }
    all.push_back({row.text(0), on_delete, std::move(counted), 0});
  }
  return all;
}

bool QuietLosses::is_noted(Action action, const std::string& table) const {
  return std::ranges::find(noted_, std::pair(action, table)) != noted_.end();
}

}  // namespace banyan::migrations
