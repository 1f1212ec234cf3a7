// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/sqlite/connection.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

/// Columns of the switch log, but for the format, which the first version did not have.
inline constexpr const char* kLogColumns =
    "seq, time, module, who, why, before, after, evidence, previous_hash, hash, ";

/// Of a row with these columns and the format.
LogEntry read_line(const sqlite::Statement& row);
void write_line(const sqlite::Connection& connection, const LogEntry& entry);

}  // namespace banyan::strangler
