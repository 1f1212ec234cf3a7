// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/kernel/result.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

/// Opens the file of a control store, checked and with its schema, or says why it is none. The
/// first bytes are looked at before SQLite is, which would tidy up in somebody else's database.
Result<sqlite::Connection> open_control_file(const std::string& file, ControlStore::Mode mode);

/// Whether it has a place for them: a store that only an earlier version could write has none.
bool knows_sightings(const sqlite::Connection& connection);

/// Whether it has a place for the lines of the switch log that are no revisions; likewise.
bool knows_notes(const sqlite::Connection& connection);

}  // namespace banyan::strangler
