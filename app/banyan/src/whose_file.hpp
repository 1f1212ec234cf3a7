// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "banyan/kernel/error.hpp"

namespace banyan::cli {

/// What a database is that has no manifest and never gets one, because no application keeps its
/// modules' tables in it: a module's own file, a control store. Nothing: it may be one of an
/// application that has not started yet. FailedPrecondition, with what to name instead.
std::optional<Error> no_shared_database(const std::filesystem::path& file);

}  // namespace banyan::cli
