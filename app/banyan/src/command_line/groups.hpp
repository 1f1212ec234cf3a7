// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command_line/command_set.hpp"

/// The commands' names, options, examples and actions, a group a file; what they do is in
/// commands/.
namespace banyan::cli {

void add_new(CommandSet& set);
void add_init(CommandSet& set);
void add_discover(CommandSet& set);
void add_check(CommandSet& set);
void add_map(CommandSet& set);
void add_export(CommandSet& set);

/// status, watch, shift, back, next, goto, log.
void add_traffic(CommandSet& set);
/// differences, replay.
void add_comparisons(CommandSet& set);
void add_plan(CommandSet& set);
void add_retire(CommandSet& set);

void add_sagas(CommandSet& set);
void add_events(CommandSet& set);

void add_schema(CommandSet& set);
void add_migrate(CommandSet& set);

/// proxy, up, ps, logs, restart, down.
void add_programs(CommandSet& set);

}  // namespace banyan::cli
