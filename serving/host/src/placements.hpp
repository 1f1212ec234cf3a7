// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "assembly.hpp"
#include "banyan/sql/database.hpp"

namespace banyan::host {

/// Where the tables of each module here are, how far a move of them is, and whether calls wait for
/// it: the document of /_banyan/api/placements.
///
///     {"modules": [{"module", "database", "stage": "copying", "epoch": 2, "gate": "closed",
///                   "waiting": false}]}
///
/// On PostgreSQL there is no stage, and "schema" names the module's own.
///
/// Asks the files; one that cannot be read now leaves out what only it knows.
std::string placements_json(const Assembly& assembly, const sql::Database& database);

}  // namespace banyan::host
