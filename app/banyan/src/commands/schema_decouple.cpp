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
    return show_applied(options.dry_run ? runner.dry_run_separation(options.module, prefix)
                                        : runner.apply_separation(options.module, prefix),
                        options.json, options.dry_run);
  } catch (const migrations::MigrationFault& fault) {
    return show_fault(fault, options.json);
  }
}

}  // namespace banyan::cli
