// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "manifest/manifest.hpp"
#include "migrations/runner.hpp"

namespace banyan::cli {

/// The migration scripts of a manifest; they point into it.
std::vector<migrations::ModuleScripts> scripts_of(const manifest::Manifest& manifest);

/// Prints what was applied (or would be) and returns the exit code.
int show_applied(const std::vector<migrations::Status>& applied, bool json, bool dry_run);

/// Prints every problem and returns the exit code.
int show_fault(const migrations::MigrationFault& fault, bool json);

}  // namespace banyan::cli
