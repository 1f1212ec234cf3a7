// SPDX-License-Identifier: Apache-2.0
#include "banyan/migrations/runner.hpp"

#include <algorithm>
#include <utility>

namespace banyan::migrations {
namespace {

std::string listed(const std::vector<Problem>& problems) {
  std::string text = problems.size() == 1
                         ? "a migration cannot be applied:"
                         : std::to_string(problems.size()) + " problems with migrations:";
  for (const auto& problem : problems) text += "\n  " + problem.text();
  return text;
}

Error error_of(const std::vector<Problem>& problems) {
  if (std::ranges::all_of(problems, &Problem::temporary)) {
    return {ErrorCode::Unavailable,
            "banyan.database_unreachable",
            "the database cannot be reached, or somebody holds it. Try again: scripts that were "
            "applied before stay applied, and it goes on with the next",
            {}};
  }
  return {ErrorCode::FailedPrecondition,
          "banyan.migration_refused",
          "the scripts cannot be applied; nothing was changed by the one that failed",
          {}};
}

}  // namespace

std::string Problem::text() const {
  return file + (line ? ':' + std::to_string(*line) : std::string()) + ": " + what;
}

MigrationFault::MigrationFault(std::vector<Problem> problems)
    : OperationalFault(error_of(problems), listed(problems)), problems_(std::move(problems)) {}

}  // namespace banyan::migrations
