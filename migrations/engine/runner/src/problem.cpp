// SPDX-License-Identifier: Apache-2.0
#include "banyan/migrations/runner.hpp"

namespace banyan::migrations {
namespace {

std::string listed(const std::vector<Problem>& problems) {
  std::string text = problems.size() == 1
                         ? "a migration cannot be applied:"
                         : std::to_string(problems.size()) + " problems with migrations:";
  for (const auto& problem : problems) text += "\n  " + problem.text();
  return text;
}

}  // namespace

std::string Problem::text() const {
  return file + (line ? ':' + std::to_string(*line) : std::string()) + ": " + what;
}

MigrationFault::MigrationFault(std::vector<Problem> problems)
    : std::runtime_error(listed(problems)), problems_(std::move(problems)) {}

}  // namespace banyan::migrations
