// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.hpp"
#include "manifest/manifest.hpp"
#include "mover/report.hpp"

namespace banyan::cli {

/// What the application that owns the database has written about it; NotFound when the database or
/// its manifest is not there, or the manifest does not have `options.module` (unless it is "").
Result<manifest::Manifest> manifest_for(const DatabaseOptions& options);

mover::Ownership ownership_of(const manifest::Manifest& manifest);
/// What the modules' code runs. Statements that a module has not run again since the last of its
/// separation scripts belong to the code's past: they looked at the tables as they were.
std::vector<mover::Statement> statements_of(const DatabaseOptions& options,
                                            const manifest::Manifest& manifest);

/// Prints the error and returns the exit code that belongs to it.
int give_up(const Error& error, bool json);

}  // namespace banyan::cli
