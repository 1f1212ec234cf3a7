// SPDX-License-Identifier: Apache-2.0
#include "refusals.hpp"

#include <string>
#include <utility>
#include <vector>

#include "banyan/kernel/nearest.hpp"
#include "banyan/stages/suggestion.hpp"

namespace banyan::strangler {

Error unknown_rollout(std::string_view module, const Stand& now) {
  std::vector<std::string> known;
  known.reserve(now.rollouts.size());
  for (const Rollout& each : now.rollouts) known.push_back(each.module);
  std::string message =
      "there is no rollout \"" + std::string(module) + "\"." + suggestion(module, known);
  if (!nearest(module, known)) {
    message += " A rollout begins with its section in banyan.toml, [rollouts." +
               std::string(module) + "], and rollout = \"" + std::string(module) +
               "\" in the routes that move; a module of the application is one by itself.";
  }
  return {ErrorCode::NotFound, "banyan.unknown_rollout", std::move(message), {}};
}

Error unknown_revision(std::uint64_t revision, std::uint64_t last) {
  return {ErrorCode::FailedPrecondition,
          "banyan.unknown_revision",
          "there is no revision " + std::to_string(revision) + " yet: the last is " +
              std::to_string(last) + ". banyan log shows them",
          {}};
}

Result<void> check_that_nobody_was_faster(const Rollout& rollout, const Reason& reason) {
  if (!reason.from || *reason.from == rollout.revision) return {};
  return fail(ErrorCode::Conflict, "banyan.stale_revision",
              "refused: " + rollout.module + " is at " + to_string(rollout.traffic) +
                  " by revision " + std::to_string(rollout.revision) +
                  " now, and this was asked for as of revision " + std::to_string(*reason.from) +
                  ". Nothing was changed; look at what has happened (banyan log), and ask for "
                  "what is still wanted");
}

}  // namespace banyan::strangler
