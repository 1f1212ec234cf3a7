// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"
#include "scripts.hpp"
#include "terminal.hpp"

namespace banyan::cli {

int migrate(const DatabaseOptions& options) {
  const auto manifest = manifest_for(options);
  if (!manifest) return give_up(manifest.error(), options.json);
  if (!manifest->shared_scripts && !manifest->shared_tables.empty()) {
    print_error("the manifest of " + options.database +
                " does not say which scripts make the tables that belong to no module (" +
                manifest->shared_tables.front().table +
                " …); start the application once, which writes it anew");
  }
  try {
    migrations::Runner runner(options.database, scripts_of(*manifest), system_clock());
    runner.wait_for_writers(options.wait);
    const auto pause = announce_pause(
        runner, *manifest, options.dry_run,
        [](const migrations::Status& each) { return each.state == migrations::State::Pending; });
    return show_applied(options.dry_run ? runner.dry_run() : runner.apply(), options.json,
                        options.dry_run, pause);
  } catch (const migrations::MigrationFault& fault) {
    return show_fault(fault, options.json);
  }
}

}  // namespace banyan::cli
