// SPDX-License-Identifier: Apache-2.0
#include "topology.hpp"

#include "banyan/sql/fault.hpp"

namespace banyan::host {
namespace {

/// As the fence says. A server's database has none: there each module has a schema of its own from
/// the start.
strangler::DataStage data_stage(const std::string& module, const sql::Database& database) {
  if (database.source().engine != sql::Engine::Sqlite) return strangler::DataStage::Separate;
  return strangler::data_stage_from(database.stage_of(module))
      .value_or(strangler::DataStage::Shared);
}

}  // namespace

strangler::Topology topology_of(const HostedModule& module, const sql::Database& database) {
  return {.old_side = module.here,
          .new_side = module.service.has_value(),
          .data = data_stage(module.name(), database),
          .both_reach_data = module.both_reach_data(database.source().engine)};
}

strangler::Topology topology_of(std::string_view rollout, const serving::Server& server) {
  return {.old_side = server.has_rollout(rollout),
          .new_side = server.has_new_side(rollout),
          .old_side_sees_writes = server.shares_data(rollout)};
}

std::uint64_t epoch_of(std::string_view module, const sql::Database& database) {
  try {
    return database.epoch_of(std::string(module));
  } catch (const sql::Fault&) {
    return 0;
  }
}

std::string moved_module(const std::vector<ModuleEntry>& table, const sql::Database& database) {
  for (const ModuleEntry& entry : table) {
    const std::string name(entry.port->name);
    if (database.source_of(name) != database.source()) return name;
  }
  return {};
}

}  // namespace banyan::host
