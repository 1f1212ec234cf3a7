// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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

/// What SQLite refused, as an error that says what to do.
Error control_store_error(const std::string& file, const sqlite::Fault& fault);

/// The file was renamed, removed or replaced while this process had it open.
Error moved_control_store(const std::string& file);

/// That line of the switch log ("line 7", "note 3") was there and is not any more.
Error rewound_control_store(const std::string& file, const std::string& line);

/// Its log lacks what the notes say was in it: "revision 51", and where it ends instead.
Error older_control_store(const std::string& file, const std::string& lacks, std::uint64_t ends_at,
                          const std::string& notes);

/// There is no room on its disk: for a change that sends the new side more, or for none at all.
enum class NoRoom : std::uint8_t { ForMore, ForAnything };
Error full_control_store(const std::string& file, NoRoom what);

/// A stage that this version does not know.
Error made_by_a_newer_version(const std::string& file, const std::string& what);

}  // namespace banyan::strangler
