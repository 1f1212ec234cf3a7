// SPDX-License-Identifier: Apache-2.0
#include "migrations/runner.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "history.hpp"
#include "script_rules.hpp"
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
void prepare_rebuild(const Connection& database) {
  database.set(sqlite::Setting::ForeignKeys, false);
  database.run("PRAGMA legacy_alter_table = ON");
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
    database.run(script.sql);
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
    if (is_rebuild(script.sql)) prepare_rebuild(database);
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
      if (!std::filesystem::exists(place)) continue;
      const Connection database = open(place, OpenMode::ReadRecovering);
      add(problems_of_history(module, history_of(database, module.module)));
    }
  } catch (const sqlite::Fault& fault) {
    problems.push_back({"", shared_file_.string(), std::nullopt, explained(fault)});
  }
  return problems;
}

std::vector<Status> Runner::apply() {
  refuse(check());
  return apply_where([](std::string_view, std::string_view name) { return !is_separation(name); });
}

std::vector<Status> Runner::apply_separation(std::string_view module, std::string_view prefix) {
  if (std::ranges::find(modules_, module, &ModuleScripts::module) == modules_.end()) {
    throw about(shared_file_, "there is no module '" + std::string(module) + "'");
  }
  refuse(check());
  return apply_where([&](std::string_view of, std::string_view name) {
    return of == module && is_separation(name) && name.starts_with(prefix);
  });
}

std::vector<Status> Runner::apply_where(
    const std::function<bool(std::string_view module, std::string_view name)>& wanted) {
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

std::vector<Status> Runner::dry_run() {
  refuse(check());
  try {
    return try_out();
  } catch (const sqlite::Fault& fault) {
    throw about(shared_file_, explained(fault));
  }
}

std::vector<Status> Runner::try_out() {
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
    const auto pending_rebuild = [&database](const ModuleScripts* module) {
      const auto history = history_of(database, module->module);
      return std::ranges::any_of(module->scripts, [&history](const Script& script) {
        return is_rebuild(script.sql) && !is_separation(script.name) &&
               !history.contains(script.name);
      });
    };
    if (std::ranges::any_of(modules, pending_rebuild)) prepare_rebuild(database);
    const sqlite::Transaction rolled_back(database, sqlite::Begin::Immediate);
    create_history(database);
    for (const auto* module : modules) {
      const auto history = history_of(database, module->module);
      for (const auto& script : in_order(*module)) {
        if (is_separation(script.name) || history.contains(script.name)) continue;
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
