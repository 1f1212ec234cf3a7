// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/manifest/manifest.hpp"
#include "banyan/mover/move.hpp"
#include "banyan/mover/report.hpp"
#include "commands.hpp"

namespace banyan::cli {

/// FailedPrecondition, with what to do instead, for a database of a server.
Result<void> must_be_a_file(const DatabaseOptions& options);

/// What the application that owns the database has written about it; NotFound when the database or
/// its manifest is not there, or the manifest does not have `options.module` (unless it is "").
Result<manifest::Manifest> manifest_for(const DatabaseOptions& options);

/// A statement that was seen to run, and is not dismissed.
struct SeenStatement {
  std::string id;  ///< of its module and text: the same in every report
  manifest::ManifestStatement statement;
};
std::vector<SeenStatement> seen_statements(const manifest::Manifest& manifest);

/// The same for the mover.
std::vector<mover::Statement> statements_of(const manifest::Manifest& manifest);

/// Says in the report, among what was not analysed, what the manifest cannot tell: statements for
/// which it had no room, and those of a manifest that was damaged and put aside.
void tell_what_is_not_known(mover::SchemaReport& report, const std::string& database,
                            const manifest::Manifest& manifest);

/// What is asked of the mover about the module; the error of a manifest that cannot be read.
Result<mover::MoveRequest> move_request(const DatabaseOptions& options);

/// Prints the error and returns the exit code that belongs to it.
int give_up(const Error& error, bool json);

}  // namespace banyan::cli
