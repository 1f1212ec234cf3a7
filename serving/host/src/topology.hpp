// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "assembly.hpp"
#include "banyan/host/composition.hpp"
#include "banyan/serving/server.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/stages/traffic.hpp"

namespace banyan::host {

// What the stages have to know of a module before its traffic may move: which sides there are, and
// where its tables are. Each question asks the database anew, since a tool may have moved them.

/// Of a module of this process.
strangler::Topology topology_of(const HostedModule& module, const sql::Database& database);

/// Of a rollout that is only in the configuration file, or of none.
strangler::Topology topology_of(std::string_view rollout, const serving::Server& server);

/// How often the tables of the module have moved. 0 also where that cannot be read now: what is
/// wrong with the database is told by health and by each request.
std::uint64_t epoch_of(std::string_view module, const sql::Database& database);

/// A module whose tables are at a place of their own; "": none.
std::string moved_module(const std::vector<ModuleEntry>& table, const sql::Database& database);

}  // namespace banyan::host
