// SPDX-License-Identifier: Apache-2.0
#include "database_setup.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "banyan/manifest/manifest.hpp"
#include "banyan/migrations/runner.hpp"
#include "banyan/mover/move.hpp"
#include "banyan/mover/ownership.hpp"
#include "failure.hpp"

namespace banyan::host {
namespace {

migrations::Runner runner_of(const Application& application, const std::vector<ModuleEntry>& table,
                             const Options& options) {
  std::vector<migrations::ModuleScripts> scripts;
  if (application.shared_scripts != nullptr) {
    scripts.push_back({"shared", *application.shared_scripts});
  }
  for (const ModuleEntry& entry : table) {
    if (entry.scripts != nullptr) {
      scripts.push_back({std::string(entry.port->name), *entry.scripts});
    }
  }
  return {options.database, application.name, std::move(scripts), system_clock()};
}

// The modules of which a newer version has applied more than this one knows.
using Behind = std::set<std::string, std::less<>>;

Behind behind(const migrations::Runner& runner) {
  Behind all;
  for (const migrations::Status& newer : runner.newer()) all.insert(newer.module);
  return all;
}

void migrate(migrations::Runner& runner, const telemetry::Log& log) {
  for (const migrations::Status& applied : runner.apply()) {
    log.write(
        telemetry::Level::Info, "migration_applied",
        {{"module", applied.module}, {"script", applied.name}, {"database", applied.database}});
  }
  for (const migrations::Status& newer : runner.newer()) {
    log.write(telemetry::Level::Warning, "migration_newer",
              {{"module", newer.module}, {"script", newer.name}, {"database", newer.database}});
  }
}

// What the newer version has written down of them: tools must know all of their tables.
void keep_newer(manifest::Manifest& manifest, const manifest::Manifest& known,
                const Behind& behind) {
  for (manifest::ManifestModule& module : manifest.modules) {
    const auto theirs =
        std::ranges::find(known.modules, module.name, &manifest::ManifestModule::name);
    if (!behind.contains(module.name) || theirs == known.modules.end()) continue;
    if (theirs->scripts.size() > module.scripts.size()) module = *theirs;
  }
  if (behind.contains("shared") && known.shared_scripts) {
    manifest.shared_scripts = known.shared_scripts;
  }
}

// What this process knows, and what others of the application have written down before: a service
// knows only its own module's tables.
void write_manifest(const Application& application, const std::vector<ModuleEntry>& table,
                    const Options& options, const migrations::Runner& runner,
                    const telemetry::Log& log) {
  manifest::Manifest manifest;
  manifest.application = application.name;
  manifest.version = application.version;
  for (const ModuleEntry& entry : table) {
    manifest::ManifestModule module{std::string(entry.port->name), entry.needs, entry.tables, {}};
    if (entry.scripts != nullptr) {
      for (const migrations::Script& script : *entry.scripts) {
        module.scripts.push_back({std::string(script.name), std::string(script.sql)});
      }
    }
    manifest.modules.push_back(std::move(module));
  }
  if (application.shared_scripts != nullptr) {
    auto& scripts = manifest.shared_scripts.emplace();
    for (const migrations::Script& script : *application.shared_scripts) {
      scripts.push_back({std::string(script.name), std::string(script.sql)});
    }
  }
  for (const SharedTable& shared : application.shared_tables) {
    manifest.shared_tables.push_back({shared.table, shared.users});
  }
  const auto put_aside = [&log](const std::filesystem::path& aside, const Error& why) {
    log.write(telemetry::Level::Error, "manifest_put_aside",
              {{"file", aside.string()},
               {"message", why.message},
               {"next",
                "which statements cross modules is not known from here on but of those that run "
                "again; read the file for the others before tables move, then remove it"}});
  };
  value_or_throw(manifest::update(
      options.database.file,
      [&](const std::optional<manifest::Manifest>& known) {
        if (known) {
          // Asked now: a newer version that starts beside this one applies before it writes here.
          keep_newer(manifest, *known, behind(runner));
          manifest::merge(manifest, *known);
        }
        return std::optional(manifest);
      },
      put_aside));
}

}  // namespace

Result<void> may_set_up_beside_another(const Application& application,
                                       const std::vector<ModuleEntry>& table,
                                       const Options& options) {
  const migrations::Runner runner = runner_of(application, table, options);
  if (const auto problems = runner.check(); !problems.empty()) {
    const ErrorCode code = migrations::MigrationFault(problems).error().code;
    std::string text = code == ErrorCode::Unavailable
                           ? "cannot take over now: the database cannot be reached, or somebody "
                             "holds it. The running process serves on."
                           : "cannot take over: the database and this program do not agree.";
    for (const migrations::Problem& problem : problems) text += "\n  " + problem.text();
    return fail(code, "banyan.takeover_refused", std::move(text));
  }
  std::string breaking;
  for (const migrations::Status& script : runner.status()) {
    if (script.state != migrations::State::Pending || script.expands) continue;
    breaking += "\n  migrations/" + script.module + '/' + script.name;
  }
  if (breaking.empty()) return {};
  return fail(ErrorCode::FailedPrecondition, "banyan.takeover_refused",
              "cannot take over: nobody says that the running process can live with the scripts"
              " which this one would apply. If it can, mark them `-- banyan: expand`; else stop it"
              " and start this one without --take-over." +
                  breaking);
}

void recover_moves(const std::filesystem::path& file, const telemetry::Log& log) {
  const auto manifest = value_or_throw(manifest::read(file));
  std::optional<Error> failure;
  for (const mover::Recovery& found :
       value_or_throw(mover::recover(file, mover::ownership_of(manifest)))) {
    if (found.failure && failure) {
      failure->message += "\n" + found.failure->message;
    } else if (found.failure) {
      failure = found.failure;
    }
    if (found.changed || found.mover_at_work) {
      log.write(telemetry::Level::Warning, "move_recovered",
                {{"module", found.module},
                 {"message", found.note},
                 {"database", found.placement.file.string()}});
    }
  }
  if (failure) throw OperationalFault(*failure, failure->message);
}

void set_up_database(const Application& application, const std::vector<ModuleEntry>& table,
                     const Options& options, const telemetry::Log& log) {
  const bool is_file = options.database.engine == sql::Engine::Sqlite;
  if (const auto folder = options.database.file.parent_path(); is_file && !folder.empty()) {
    std::filesystem::create_directories(folder);
  }
  migrations::Runner runner = runner_of(application, table, options);
  migrate(runner, log);
  // Tables move between files only, and the manifest lies beside one.
  if (!is_file) return;
  write_manifest(application, table, options, runner, log);
  recover_moves(options.database.file, log);
}

StatementRecorder::StatementRecorder(const sql::Database& database, Scheduler& scheduler,
                                     const telemetry::Log& log)
    : database_(&database),
      log_(&log),
      handle_(scheduler.every(std::chrono::seconds(2), [this] { write(); })) {}

void StatementRecorder::write() {
  std::vector<sql::ModuleStatement> ran = database_->statements();
  if (ran == written_) return;
  manifest::Manifest seen;
  for (const sql::ModuleStatement& each : ran) {
    seen.statements.push_back({each.module, each.sql, each.last_run, std::nullopt, each.crosses});
  }
  const auto written =
      manifest::update(database_->source().file, [&](std::optional<manifest::Manifest> known) {
        // Nothing: cleared away; the next start writes it anew.
        if (known) manifest::merge(*known, seen);
        return known;
      });
  if (written && *written) written_ = std::move(ran);
  tell(written ? "" : written.error().message);
}

// Once, and again when it is another matter.
void StatementRecorder::tell(const std::string& problem) {
  const std::string before = std::exchange(problem_, problem);
  if (problem.empty() || problem == before) return;
  log_->write(telemetry::Level::Error, "statements_not_recorded", {{"message", problem}});
}

}  // namespace banyan::host
