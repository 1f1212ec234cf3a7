// SPDX-License-Identifier: Apache-2.0
#include "banyan/migrations/runner.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "script_database.hpp"
#include "script_rules.hpp"

namespace banyan::migrations {
namespace {

using Wanted = std::function<bool(std::string_view module, std::string_view name)>;

/// What a module still has to run, in order.
struct Queue {
  const EngineScripts* module = nullptr;
  std::vector<const EngineScript*> pending;
  std::vector<Problem> waits_for;  ///< why its first script could not run yet
};

void refuse(std::vector<Problem> problems) {
  if (!problems.empty()) throw MigrationFault(std::move(problems));
}

bool runs_at_start(std::string_view, std::string_view name) { return !is_separation(name); }

// Nothing: another process was faster.
std::optional<Status> run_one(ScriptDatabase& database, const EngineScripts& module,
                              const EngineScript& script, Timestamp now) {
  const auto transaction = database.begin(module.module, script);
  const History history = transaction->history();
  refuse(problems_of_history(module, history));
  if (history.contains(script.name)) return std::nullopt;
  transaction->run();
  transaction->remember(now);
  transaction->commit();
  return Status{module.module, std::string(script.name), State::Applied,
                now,           transaction->place(),     is_expand(script.sql, module.engine)};
}

// Runs the module's scripts up to one that needs what is not there.
bool advance(ScriptDatabase& database, Queue& queue, const Clock& clock,
             std::vector<Status>& done) {
  bool advanced = false;
  queue.waits_for.clear();
  while (!queue.pending.empty()) {
    try {
      auto status = run_one(database, *queue.module, *queue.pending.front(), clock.now());
      if (status) done.push_back(*std::move(status));
    } catch (const UnknownNameFault& fault) {
      queue.waits_for = fault.problems();
      return advanced;
    }
    queue.pending.erase(queue.pending.begin());
    advanced = true;
  }
  return advanced;
}

// A foreign key can be declared only to a table that is there (on PostgreSQL), and nobody lists the
// modules in the order of their tables: who needs what is missing waits for the others' scripts.
std::vector<Status> run_all(ScriptDatabase& database, std::vector<Queue> queues,
                            const Clock& clock) {
  std::vector<Status> done;
  for (bool advanced = true; std::exchange(advanced, false);) {
    for (Queue& queue : queues) advanced |= advance(database, queue, clock, done);
  }
  std::vector<Problem> problems;
  for (Queue& queue : queues) std::ranges::move(queue.waits_for, std::back_inserter(problems));
  refuse(std::move(problems));
  return done;
}

std::vector<Status> run_wanted(ScriptDatabase& database,
                               const std::vector<const EngineScripts*>& modules,
                               const Wanted& wanted, const Clock& clock) {
  std::vector<Queue> queues;
  for (const EngineScripts* module : modules) {
    Queue queue{module, {}, {}};
    const History history = database.history_of(module->module);
    for (const EngineScript& script : module->scripts) {
      const bool is_pending = !history.contains(script.name);
      if (is_pending && wanted(module->module, script.name)) queue.pending.push_back(&script);
    }
    queues.push_back(std::move(queue));
  }
  return run_all(database, std::move(queues), clock);
}

std::vector<Status> status_of(ScriptDatabase& database, const EngineScripts& module) {
  const std::string place = database.place_of(module.module);
  const History history = database.history_of(module.module);
  std::vector<Status> all;
  for (const EngineScript& script : module.scripts) {
    Status status{module.module,  std::string(script.name),
                  State::Pending, std::nullopt,
                  place,          is_expand(script.sql, module.engine)};
    if (const auto found = history.find(script.name); found != history.end()) {
      status.state = State::Applied;
      status.applied_at = found->second.at;
    } else if (is_separation(script.name)) {
      status.state = State::OnDemand;
    }
    all.push_back(std::move(status));
  }
  return all;
}

std::vector<EngineScripts> all_scripts_for(sql::Engine engine,
                                           const std::vector<ModuleScripts>& modules) {
  std::vector<EngineScripts> all;
  for (const ModuleScripts& module : modules) all.push_back(scripts_for(engine, module));
  return all;
}

std::unique_ptr<ScriptDatabase> open(const sql::DataSource& source, const std::string& application,
                                     const std::vector<ModuleScripts>& modules, Access access,
                                     std::chrono::milliseconds wait) {
  if (source.engine == sql::Engine::Sqlite) return open_sqlite(source.file, access, wait);
  std::vector<std::string> names;
  for (const ModuleScripts& module : modules) names.push_back(module.module);
  return open_postgres(source, application, names, access);
}

}  // namespace

Runner::Runner(sql::DataSource source, std::string application, std::vector<ModuleScripts> modules,
               const Clock& clock)
    : source_(std::move(source)),
      application_(std::move(application)),
      modules_(std::move(modules)),
      clock_(clock) {
  if (source_.engine == sql::Engine::Sqlite) source_.file = std::filesystem::absolute(source_.file);
}

Runner::Runner(const std::filesystem::path& shared_file, std::vector<ModuleScripts> modules,
               const Clock& clock)
    : Runner({sql::Engine::Sqlite, shared_file, {}}, {}, std::move(modules), clock) {}

std::vector<Problem> Runner::check() const {
  std::vector<Problem> problems;
  const auto add = [&problems](const std::vector<Problem>& more) {
    std::ranges::copy(more, std::back_inserter(problems));
  };
  const auto modules = all_scripts_for(source_.engine, modules_);
  for (const EngineScripts& module : modules) add(problems_of_scripts(module));
  try {
    const auto database = open(source_, application_, modules_, Access::Read, wait_);
    for (const EngineScripts& module : modules) {
      const History history = database->history_of(module.module);
      add(problems_of_history(module, history));
      for (const EngineScript& script : module.scripts) {
        if (!history.contains(script.name)) add(problems_of_marks(module, script));
      }
    }
  } catch (const MigrationFault& fault) {
    add(fault.problems());
  }
  return problems;
}

std::vector<Status> Runner::apply() { return apply_where(runs_at_start); }

std::vector<Status> Runner::apply_separation(std::string_view module, std::string_view prefix) {
  return apply_where(separation_of(module, prefix));
}

std::vector<Status> Runner::dry_run() { return try_where(runs_at_start); }

std::vector<Status> Runner::dry_run_separation(std::string_view module, std::string_view prefix) {
  return try_where(separation_of(module, prefix));
}

Runner::Wanted Runner::separation_of(std::string_view module, std::string_view prefix) const {
  if (std::ranges::find(modules_, module, &ModuleScripts::module) == modules_.end()) {
    throw MigrationFault({{"", source_.display(), std::nullopt,
                           "there is no module '" + std::string(module) + "'"}});
  }
  return [=](std::string_view of, std::string_view name) {
    return of == module && is_separation(name) && name.starts_with(prefix);
  };
}

std::vector<Status> Runner::apply_where(const Wanted& wanted) {
  refuse(check());
  const auto modules = all_scripts_for(source_.engine, modules_);
  std::vector<const EngineScripts*> all;
  for (const EngineScripts& module : modules) all.push_back(&module);
  const auto database = open(source_, application_, modules_, Access::Apply, wait_);
  return run_wanted(*database, all, wanted, clock_);
}

// One database after another, so that no more than one is locked at a time.
std::vector<Status> Runner::try_where(const Wanted& wanted) {
  refuse(check());
  const auto modules = all_scripts_for(source_.engine, modules_);
  std::map<std::string, std::vector<const EngineScripts*>> places;
  {
    const auto database = open(source_, application_, modules_, Access::Read, wait_);
    for (const EngineScripts& module : modules) {
      places[database->place_of(module.module)].push_back(&module);
    }
  }
  std::vector<Status> pending;
  for (const auto& [place, there] : places) {
    const auto database = open(source_, application_, modules_, Access::Rehearse, wait_);
    for (Status& status : run_wanted(*database, there, wanted, clock_)) {
      status.state = State::Pending;
      status.applied_at.reset();
      pending.push_back(std::move(status));
    }
  }
  return pending;
}

std::vector<Status> Runner::newer() const {
  const auto database = open(source_, application_, modules_, Access::Read, wait_);
  std::vector<Status> all;
  for (const EngineScripts& module : all_scripts_for(source_.engine, modules_)) {
    const std::string place = database->place_of(module.module);
    for (const auto& [name, applied] : database->history_of(module.module)) {
      if (knows(module, name)) continue;
      all.push_back({module.module, name, State::Applied, applied.at, place, applied.expands});
    }
  }
  return all;
}

std::vector<Status> Runner::status() const {
  const auto database = open(source_, application_, modules_, Access::Read, wait_);
  std::vector<Status> all;
  for (const EngineScripts& module : all_scripts_for(source_.engine, modules_)) {
    std::ranges::move(status_of(*database, module), std::back_inserter(all));
  }
  return all;
}

}  // namespace banyan::migrations
