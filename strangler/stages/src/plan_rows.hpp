// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/sqlite/connection.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

/// Sorted by module.
std::vector<StoredPlan> read_plans(const sqlite::Connection& connection);
/// Of version 0 where there has never been one.
StoredPlan read_plan(const sqlite::Connection& connection, const std::string& module);
void write_plan(const sqlite::Connection& connection, const StoredPlan& plan);

}  // namespace banyan::strangler
