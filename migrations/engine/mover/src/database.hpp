// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "kernel/result.hpp"
#include "sqlite/connection.hpp"

namespace banyan::mover {

using sqlite::Connection;

/// Opens a file that must exist and be a database for reading; otherwise says what it is instead.
Result<Connection> open_existing(const std::filesystem::path& file);

/// Set up for applying rows: no triggers, no foreign key actions, every commit durable. Throws
/// sqlite::Fault.
Connection open_for_applying(const std::filesystem::path& file,
                             std::chrono::milliseconds busy_wait);

/// What SQLite refused, as the Error of the public functions.
Error error_from(const sqlite::Fault& fault, const std::filesystem::path& file);

/// The lock that one mover at a time holds on a shared file.
std::filesystem::path mover_lock_of(const std::filesystem::path& shared);

}  // namespace banyan::mover
