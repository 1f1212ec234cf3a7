// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/mover/completion.hpp"
#include "reconcile.hpp"
#include "rows.hpp"

namespace banyan::mover {

/// A plan with what its execution needs besides.
struct PreparedCompletion {
  CompletionPlan plan;
  Files files;
  std::string location;            ///< of the own file, as the fence has it
  std::vector<std::string> names;  ///< tables and views of the copy, whether they are there or not
  std::vector<RowSet> companions;  ///< the module's rows in the kit's tables of the shared file
  /// The schemas it was made for.
  std::int64_t shared_schema = 0;
  std::int64_t own_schema = 0;
  bool agrees = true;   ///< gate and triggers agree with the fence: no move was broken off
  bool settled = true;  ///< the gate says itself that its switch has happened
};

/// Everything that can be found out before writers have to wait. Errors: also those of look().
Result<PreparedCompletion> prepare_completion(const MoveRequest& request);

}  // namespace banyan::mover
