// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"
#include "scripts.hpp"

namespace banyan::cli {

int schema_decouple(const DatabaseOptions& options) {
  const auto manifest = manifest_for(options);
  if (!manifest) return give_up(manifest.error(), options.json);
  try {
    migrations::Runner runner(options.database, scripts_of(*manifest), system_clock());
    runner.wait_for_writers(options.wait);
    const std::string prefix = "separation/" + options.phase;
    const auto pause =
        announce_pause(runner, *manifest, options.dry_run, [&](const migrations::Status& each) {
          return each.module == options.module && each.name.starts_with(prefix);
        });
    return show_applied(options.dry_run ? runner.dry_run_separation(options.module, prefix)
                                        : runner.apply_separation(options.module, prefix),
                        options.json, options.dry_run, pause);
  } catch (const migrations::MigrationFault& fault) {
    return show_fault(fault, options.json);
  }
}

}  // namespace banyan::cli
