// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"
#include "scripts.hpp"

namespace banyan::cli {

int schema_decouple(const DatabaseOptions& options) {
  const auto manifest = manifest_for(options);
  if (!manifest) return give_up(manifest.error(), options.json);
  try {
    migrations::Runner runner(options.database, scripts_of(*manifest));
    const std::string prefix = "separation/" + options.phase;
    if (!options.dry_run) {
      return show_applied(runner.apply_separation(options.module, prefix), options.json, false);
    }
    std::vector<migrations::Status> pending = runner.status();
    std::erase_if(pending, [&](const migrations::Status& each) {
      return each.module != options.module || !each.name.starts_with(prefix) ||
             each.state == migrations::State::Applied;
    });
    return show_applied(pending, options.json, true);
  } catch (const migrations::MigrationFault& fault) {
    return show_fault(fault, options.json);
  }
}

}  // namespace banyan::cli
