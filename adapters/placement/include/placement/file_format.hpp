// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "kernel/result.hpp"
#include "sqlite/connection.hpp"

namespace banyan::placement {

/// How a database file of the kit is known: the application_id of SQLite's header ("BNYN"), and in
/// user_version the format of the kit's own tables in it (placements, gates, ledger, history).
inline constexpr std::uint32_t kApplicationId = 0x424E594E;
inline constexpr std::int32_t kFormat = 1;

/// May this program use the file? An empty or missing one, one of the kit, and one that a version
/// before the mark has made: yes. FailedPrecondition "banyan.foreign_database" for somebody else's,
/// and "banyan.newer_database" for one of a newer version, each with what to do. Reads only.
Result<void> check_database(const std::filesystem::path& file);

/// Marks the file; nothing when it is marked already. Inside a write transaction or alone.
void mark_database(const sqlite::Connection& database);

}  // namespace banyan::placement
