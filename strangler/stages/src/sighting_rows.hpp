// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/sqlite/connection.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

/// Sorted by module. One in words of a newer version is none.
std::vector<Sighting> read_sightings(const sqlite::Connection& connection);
/// Instead of all that there were.
void write_sightings(const sqlite::Connection& connection, const std::vector<Sighting>& seen);

}  // namespace banyan::strangler
