// SPDX-License-Identifier: Apache-2.0
#include "scripts.hpp"

#include <algorithm>

#include "banyan/mover/ownership.hpp"
#include "database.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

// Among them are the tables that it touches.
std::vector<std::string> words_of_script(const manifest::Manifest& manifest,
                                         const migrations::Status& script) {
  std::vector<std::string> words;
  for (const migrations::ModuleScripts& module : scripts_of(manifest)) {
    if (module.module != script.module) continue;
    const auto found =
        std::ranges::find(module.scripts, std::string_view(script.name), &migrations::Script::name);
    if (found != module.scripts.end()) words = mover::words_of(found->sql);
  }
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace

std::vector<migrations::ModuleScripts> scripts_of(const manifest::Manifest& manifest) {
  std::vector<migrations::ModuleScripts> all;
  if (manifest.shared_scripts) {
    migrations::ModuleScripts shared{"shared", {}};
    for (const manifest::ManifestScript& each : *manifest.shared_scripts) {
      shared.scripts.push_back({each.name, each.sql});
    }
    all.push_back(std::move(shared));
  }
  for (const manifest::ManifestModule& module : manifest.modules) {
    migrations::ModuleScripts scripts{module.name, {}};
    for (const manifest::ManifestScript& each : module.scripts) {
      scripts.scripts.push_back({each.name, each.sql});
    }
    all.push_back(std::move(scripts));
  }
  return all;
}

mover::PauseEstimate announce_pause(
    const migrations::Runner& runner, const manifest::Manifest& manifest, bool dry_run,
    const std::function<bool(const migrations::Status& pending)>& wanted) {
  mover::PauseEstimate all;
  for (const migrations::Status& each : runner.status()) {
    if (each.state == migrations::State::Applied || !wanted(each)) continue;
    const auto estimate = mover::estimate_pause(each.database, words_of_script(manifest, each));
    if (!estimate) continue;  // what comes next says why
    all.rows += estimate->rows;
    all.pause += estimate->pause;
    announce(std::string(dry_run ? "trying out " : "applying ") + each.module + '/' + each.name +
             " on tables with " + mover::to_text(*estimate));
  }
  return all;
}

int show_applied(const std::vector<migrations::Status>& applied, bool json, bool dry_run,
                 const mover::PauseEstimate& estimate) {
  if (json) {
    Json list = Json::array();
    for (const migrations::Status& each : applied) {
      list.push_back({{"module", each.module}, {"name", each.name}});
    }
    print_json(Json{{"dry_run", dry_run},
                    {"rows", estimate.rows},
                    {"expected_pause_ms", estimate.pause.count()},
                    {"scripts", std::move(list)}});
    return kDone;
  }
  for (const migrations::Status& each : applied) {
    print_line((dry_run ? "would apply " : "applied ") + each.module + '/' + each.name);
  }
  if (applied.empty()) print_line("nothing to apply");
  return kDone;
}

int show_fault(const migrations::MigrationFault& fault, bool json) {
  Error error = fault.error();
  for (const migrations::Problem& each : fault.problems()) {
    error.details.push_back(
        {each.file + (each.line ? ':' + std::to_string(*each.line) : ""), each.what});
  }
  return give_up(error, json);
}

}  // namespace banyan::cli
