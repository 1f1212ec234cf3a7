// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/routing/configuration.hpp"

/// What a file says of its rollouts that is well written and comes to nothing. Whoever reads the
/// file alone cannot know: it takes the operations that there are, and the day.
namespace banyan::strangler {

/// An operation of a rollout, by the names that a file may call it.
struct NamedOperation {
  std::string name;   ///< of its route: "catalog.get_album"
  std::string alone;  ///< without its module, as reports have it: "get_album"; else the same
  bool reads = true;  ///< it has any, and these are compared
  std::vector<std::string> judged;  ///< what verdicts call it
};

struct WithoutEffect {
  std::string rule;  ///< stable: "unknown_operation", "ignoring_is_over"
  FileLocation location;
  std::string message;  ///< what, and what to do about it
};

/// Rules and waivers that name an operation which does not exist, with the one that was probably
/// meant, and rules that ignore until a day which is over by `now`. Of a rollout without operations
/// nothing is said: that it has none is another finding, and an application may add them.
std::vector<WithoutEffect> without_effect(const RolloutPlan& plan,
                                          const std::vector<NamedOperation>& operations,
                                          Timestamp now);

}  // namespace banyan::strangler
