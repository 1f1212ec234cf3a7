// SPDX-License-Identifier: Apache-2.0
#include "migrations/runner.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "history.hpp"
#include "script_rules.hpp"
#include "sqlite/authorizer.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/file_lock.hpp"
#include "sqlite/transaction.hpp"
#include "statements.hpp"

namespace banyan::migrations {
namespace {

using sqlite::Connection;
using sqlite::OpenMode;

constexpr std::chrono::seconds longest_wait_for_writers{60};
constexpr std::size_t most_orphans_listed = 20;

MigrationFault about(const std::filesystem::path& database, const std::string& what) {
  return MigrationFault({{"", database.string(), std::nullopt, what}});
}

std::string explained(const sqlite::Fault& fault) {
  const auto next = sqlite::next_step(fault.kind());
  return fault.message() + (next.empty() ? "" : ". " + std::string(next));
}

sqlite::FileLock lock_writers(const std::filesystem::path& database) {
  const auto file = sqlite::writer_lock_of(database);
  auto lock = sqlite::FileLock::take(file, database, longest_wait_for_writers);
  if (lock) return std::move(*lock);
  throw about(database, "another process has been writing for " +
                            std::to_string(longest_wait_for_writers.count()) +
                            " seconds without a pause; find it with `fuser " + file.string() + "`");
}

Connection open(const std::filesystem::path& file, OpenMode mode) {
  Connection database = Connection::open(file, mode, longest_wait_for_writers);
  if (mode == OpenMode::Create) database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = FULL");
  database.set(sqlite::Setting::ForeignKeys, true);
  return database;
}

// In a rebuild tables go by the names of others for a while, which must not rename references.
void prepare_for(const Connection& database, const Script& script) {
  const bool rebuilds = is_rebuild(script.sql);
  database.set(sqlite::Setting::ForeignKeys, !rebuilds);
  database.run(rebuilds ? "PRAGMA legacy_alter_table = ON" : "PRAGMA legacy_alter_table = OFF");
}

std::vector<std::string> referring_tables(const Connection& database, const std::string& to) {
  std::vector<std::string> tables;
  auto row = database.query(
      "SELECT DISTINCT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) k "
      "WHERE m.type = 'table' AND k.\"table\" = ?1 COLLATE NOCASE "
      "AND m.name <> ?1 COLLATE NOCASE ORDER BY m.name");
  row.bind(1, to);
  while (row.step()) tables.push_back(row.text(0));
  return tables;
}

// SQLite deletes a table's rows before it drops it, and ON DELETE says what becomes of the others.
std::optional<std::string> why_not_dropped(const Connection& database, const std::string& table) {
  std::string list;
  for (const auto& name : referring_tables(database, table)) list += ", '" + name + "'";
  if (list.empty()) return std::nullopt;
  return "it drops '" + table + "', to which " + list.substr(2) +
         " refers: rows there would be deleted or emptied with it, as their ON DELETE says. To "
         "rebuild the table, begin the script with the line `-- banyan: rebuild`; to remove it, "
         "first drop what refers to it";
}

void run_statements(const Connection& database, const std::string& module, const Script& script) {
  std::vector<std::string> dropped;
  const sqlite::Authorizer watch(database, [&dropped](const sqlite::AccessRequest& request) {
    if (request.action == sqlite::Action::DropTable) dropped.emplace_back(request.first);
    return sqlite::Verdict::Allow;
  });
  const bool rebuilds = is_rebuild(script.sql);
  database.run(script.sql, [&](std::size_t offset) {
    for (const auto& table : std::exchange(dropped, {})) {
      const auto why = rebuilds ? std::nullopt : why_not_dropped(database, table);
      if (why) {
        throw MigrationFault(
            {{module, file_of(module, script.name), line_at(script.sql, offset), *why}});
      }
    }
  });
}

void check_foreign_keys(const Connection& database, const std::string& module,
                        const Script& script) {
  std::vector<Problem> problems;
  auto row = database.query("PRAGMA foreign_key_check");
  while (problems.size() < most_orphans_listed && row.step()) {
    problems.push_back({module, file_of(module, script.name), std::nullopt,
                        "after the rebuild row " + row.text(1) + " of '" + row.text(0) +
                            "' points to nothing in '" + row.text(2) +
                            "'; delete or correct such rows in the script"});
  }
  if (!problems.empty()) throw MigrationFault(std::move(problems));
}

void run(const Connection& database, const std::string& module, const Script& script,
         Timestamp now) {
  try {
    run_statements(database, module, script);
  } catch (const sqlite::Fault& fault) {
    const auto line =
        fault.offset() ? std::optional(line_at(script.sql, *fault.offset())) : std::nullopt;
    throw MigrationFault({{module, file_of(module, script.name), line, explained(fault)}});
  }
  if (is_rebuild(script.sql)) check_foreign_keys(database, module, script);
  remember(database, module, script, now);
}

void refuse(std::vector<Problem> problems) {
  if (!problems.empty()) throw MigrationFault(std::move(problems));
}

// Nothing: another process was faster.
std::optional<Status> apply_one(const std::filesystem::path& shared_file,
                                const ModuleScripts& module, const Script& script,
                                const Clock& clock) {
  while (true) {
    const auto place = place_of(shared_file, module.module);
    const sqlite::FileLock lock = lock_writers(place);
    const Connection database = open(place, OpenMode::Create);
    prepare_for(database, script);
    sqlite::Transaction transaction(database, sqlite::Begin::Immediate);
    if (place_of(shared_file, module.module) != place) continue;
    create_history(database);
    const auto history = history_of(database, module.module);
    refuse(problems_of_history(module, history));
    if (history.contains(script.name)) return std::nullopt;
    const auto now = clock.now();
    run(database, module.module, script, now);
    try {
      transaction.commit();
    } catch (const sqlite::Fault& fault) {
      throw MigrationFault(
          {{module.module, file_of(module.module, script.name), std::nullopt, explained(fault)}});
    }
    return Status{module.module, std::string(script.name), State::Applied, now, place};
  }
}

std::vector<Status> status_of(const std::filesystem::path& shared_file,
                              const ModuleScripts& module) {
  const auto place = place_of(shared_file, module.module);
  History history;
  if (std::filesystem::exists(place)) {
    history = history_of(open(place, OpenMode::ReadRecovering), module.module);
  }
  std::vector<Status> result;
  for (const auto& script : in_order(module)) {
    const auto found = history.find(script.name);
    Status status{module.module, std::string(script.name), State::Pending, std::nullopt, place};
    if (found != history.end()) {
      status.state = State::Applied;
      status.applied_at = found->second.at;
    } else if (is_separation(script.name)) {
      status.state = State::OnDemand;
    }
    result.push_back(std::move(status));
  }
  return result;
}

}  // namespace

Runner::Runner(const std::filesystem::path& shared_file, std::vector<ModuleScripts> modules,
               const Clock& clock)
    : shared_file_(std::filesystem::absolute(shared_file)),
      modules_(std::move(modules)),
      clock_(clock) {}

std::vector<Problem> Runner::check() const {
  std::vector<Problem> problems;
  const auto add = [&problems](std::vector<Problem> more) {
    std::ranges::move(more, std::back_inserter(problems));
  };
  for (const auto& module : modules_) add(problems_of_scripts(module));
  try {
    for (const auto& module : modules_) {
      const auto place = place_of(shared_file_, module.module);
      History history;
      if (std::filesystem::exists(place)) {
        history = history_of(open(place, OpenMode::ReadRecovering), module.module);
      }
      add(problems_of_history(module, history));
      for (const auto& script : in_order(module)) {
        if (!history.contains(script.name)) add(problems_of_marks(module, script));
      }
    }
  } catch (const sqlite::Fault& fault) {
    problems.push_back({"", shared_file_.string(), std::nullopt, explained(fault)});
  }
  return problems;
}

namespace {

bool runs_at_start(std::string_view, std::string_view name) { return !is_separation(name); }

}  // namespace

std::vector<Status> Runner::apply() {
  refuse(check());
  return apply_where(runs_at_start);
}

std::vector<Status> Runner::apply_separation(std::string_view module, std::string_view prefix) {
  const Wanted wanted = separation_of(module, prefix);
  refuse(check());
  return apply_where(wanted);
}

Runner::Wanted Runner::separation_of(std::string_view module, std::string_view prefix) const {
  if (std::ranges::find(modules_, module, &ModuleScripts::module) == modules_.end()) {
    throw about(shared_file_, "there is no module '" + std::string(module) + "'");
  }
  return [=](std::string_view of, std::string_view name) {
    return of == module && is_separation(name) && name.starts_with(prefix);
  };
}

std::vector<Status> Runner::apply_where(const Wanted& wanted) {
  std::vector<Status> applied;
  try {
    for (const auto& module : modules_) {
      for (const auto& status : status_of(shared_file_, module)) {
        if (status.state == State::Applied || !wanted(module.module, status.name)) continue;
        const auto script = std::ranges::find(module.scripts, status.name, &Script::name);
        if (auto done = apply_one(shared_file_, module, *script, clock_)) {
          applied.push_back(*std::move(done));
        }
      }
    }
  } catch (const sqlite::Fault& fault) {
    throw about(shared_file_, explained(fault));
  }
  return applied;
}

std::vector<Status> Runner::dry_run() { return try_where(runs_at_start); }

std::vector<Status> Runner::dry_run_separation(std::string_view module, std::string_view prefix) {
  return try_where(separation_of(module, prefix));
}

std::vector<Status> Runner::try_where(const Wanted& wanted) {
  refuse(check());
  try {
    return try_out(wanted);
  } catch (const sqlite::Fault& fault) {
    throw about(shared_file_, explained(fault));
  }
}

std::vector<Status> Runner::try_out(const Wanted& wanted) {
  std::vector<Status> pending;
  std::map<std::filesystem::path, std::vector<const ModuleScripts*>> places;
  for (const auto& module : modules_) {
    places[place_of(shared_file_, module.module)].push_back(&module);
  }
  for (const auto& [place, modules] : places) {
    const bool exists = std::filesystem::exists(place);
    std::optional<sqlite::FileLock> lock;
    if (exists) lock.emplace(lock_writers(place));
    const Connection database = exists ? open(place, OpenMode::Write) : Connection::in_memory();
    if (!exists) database.set(sqlite::Setting::ForeignKeys, true);
    const sqlite::Transaction rolled_back(database, sqlite::Begin::Immediate);
    create_history(database);
    for (const auto* module : modules) {
      const auto history = history_of(database, module->module);
      for (const auto& script : in_order(*module)) {
        if (!wanted(module->module, script.name) || history.contains(script.name)) continue;
        prepare_for(database, script);
        run(database, module->module, script, clock_.now());
        pending.push_back(
            {module->module, std::string(script.name), State::Pending, std::nullopt, place});
      }
    }
  }
  return pending;
}

std::vector<Status> Runner::status() const {
  std::vector<Status> result;
  try {
    for (const auto& module : modules_) {
      std::ranges::move(status_of(shared_file_, module), std::back_inserter(result));
    }
  } catch (const sqlite::Fault& fault) {
    throw about(shared_file_, explained(fault));
  }
  return result;
}

}  // namespace banyan::migrations
