// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/ownership.hpp"
#include "database.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "written_scripts.hpp"

namespace banyan::cli {

int schema_report(const DatabaseOptions& options) {
  const auto manifest = manifest_for(options);
  if (!manifest) return give_up(manifest.error(), options.json);
  auto report = mover::schema_report(options.database, mover::ownership_of(*manifest),
                                     statements_of(*manifest));
  if (!report) return give_up(report.error(), options.json);
  advise_to_apply_what_is_written(*report, options.database, *manifest);
  tell_what_is_not_known(*report, options.database, *manifest);
  print_line(options.json ? mover::to_json(*report) : mover::to_text(*report));
  return kDone;
}

}  // namespace banyan::cli
