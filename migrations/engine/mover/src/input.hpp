// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "kernel/result.hpp"
#include "sqlite_connection.hpp"

namespace banyan::mover {

/// Opens a file that must exist and be a database; otherwise says what it is instead.
Result<Connection> open_existing(const std::filesystem::path& file, OpenMode mode,
                                 std::chrono::milliseconds busy_wait = std::chrono::seconds(5));

/// What SQLite refused, as the Error of the public functions.
Error error_from(const SqliteFault& fault, const std::filesystem::path& file);

}  // namespace banyan::mover
