// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "banyan/manifest/manifest.hpp"
#include "banyan/migrations/runner.hpp"
#include "banyan/mover/pause.hpp"

namespace banyan::cli {

/// The migration scripts of a manifest; they point into it.
std::vector<migrations::ModuleScripts> scripts_of(const manifest::Manifest& manifest);

/// Says on standard error how long writers will have to wait for each script that is pending and
/// wanted, by the rows of the tables that it names. Between two scripts writers have their turn; a
/// dry run makes them wait for all at once. Returns the sum.
mover::PauseEstimate announce_pause(
    const migrations::Runner& runner, const manifest::Manifest& manifest, bool dry_run,
    const std::function<bool(const migrations::Status& pending)>& wanted);

/// Prints what was applied (or would be) and returns the exit code.
int show_applied(const std::vector<migrations::Status>& applied, bool json, bool dry_run,
                 const mover::PauseEstimate& estimate);

/// Prints every problem and returns the exit code.
int show_fault(const migrations::MigrationFault& fault, bool json);

}  // namespace banyan::cli
