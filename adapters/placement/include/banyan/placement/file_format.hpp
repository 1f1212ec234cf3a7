// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "banyan/kernel/result.hpp"
#include "banyan/sqlite/connection.hpp"

namespace banyan::placement {

/// How a database file of the kit is known: the application_id of SQLite's header ("BNYN"), and in
/// user_version the format of the kit's own tables in it (placements, gates, ledger, history).
inline constexpr std::uint32_t kApplicationId = 0x424E594E;

/// May this program use the file? An empty or missing one, one of the kit, and one that a version
/// before the mark has made: yes. FailedPrecondition "banyan.foreign_database" for somebody else's,
/// "banyan.newer_database" for one of a newer version, and "banyan.database_replaced" for one
/// beside which the log of another lies, each with what to do. Reads only.
Result<void> check_database(const std::filesystem::path& file);

/// Takes over a database that an application had before it came to the kit: marks it, and changes
/// nothing else. False: it was the kit's already. Refused is what another program has marked as its
/// own (an application_id), and what is no SQLite database or not there.
Result<bool> adopt_database(const std::filesystem::path& file);

/// Marks the file; nothing when it is marked already. Inside a write transaction or alone.
void mark_database(const sqlite::Connection& database);

}  // namespace banyan::placement
