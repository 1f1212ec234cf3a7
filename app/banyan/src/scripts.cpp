// SPDX-License-Identifier: Apache-2.0
#include "scripts.hpp"

#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {

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

int show_applied(const std::vector<migrations::Status>& applied, bool json, bool dry_run) {
  if (json) {
    Json list = Json::array();
    for (const migrations::Status& each : applied) {
      list.push_back({{"module", each.module}, {"name", each.name}});
    }
    print_line(Json{{"dry_run", dry_run}, {"scripts", std::move(list)}}.dump());
    return kDone;
  }
  for (const migrations::Status& each : applied) {
    print_line((dry_run ? "would apply " : "applied ") + each.module + '/' + each.name);
  }
  if (applied.empty()) print_line("nothing to apply");
  return kDone;
}

int show_fault(const migrations::MigrationFault& fault, bool json) {
  Error error{ErrorCode::FailedPrecondition,
              "banyan.migration_refused",
              "the scripts cannot be applied; nothing was changed by the one that failed",
              {}};
  for (const migrations::Problem& each : fault.problems()) {
    error.details.push_back(
        {each.file + (each.line ? ':' + std::to_string(*each.line) : ""), each.what});
  }
  print_error(error, json);
  return kRefused;
}

}  // namespace banyan::cli
