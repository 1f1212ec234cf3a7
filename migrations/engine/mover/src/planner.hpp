// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/mover/move.hpp"
#include "owners.hpp"
#include "reconcile.hpp"
#include "table_set.hpp"

namespace banyan::mover {

/// A plan with what its execution needs besides.
struct PreparedMove {
  MovePlan plan;
  Files files;
  /// The module's tables and views in the shared file, whether they are there or not.
  std::vector<std::string> manifest_tables;
  /// The schemas it was made for; a move under other ones would not be the planned one.
  std::int64_t shared_schema = 0;
  std::int64_t own_schema = 0;
  bool own_is_new = true;
  bool agrees = true;  ///< gate and triggers agree with the fence: no move was broken off
};

/// Refuses a request that can be of no use, whatever the files hold.
Result<Files> check(const MoveRequest& request);

/// Everything that can be found out before writers have to wait. Errors: also those of look().
Result<PreparedMove> prepare_move(const MoveRequest& request, Direction direction);

/// PRAGMA schema_version; changes with every change of the schema.
std::int64_t schema_version(const Connection& database);

}  // namespace banyan::mover
