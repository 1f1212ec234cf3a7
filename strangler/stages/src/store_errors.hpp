// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "banyan/kernel/error.hpp"
#include "banyan/sqlite/fault.hpp"
#include "banyan/stages/control_store.hpp"

/// What is wrong with the file of a control store, in sentences that say what to do. What was asked
/// of a good one and cannot be is in refusals.hpp.
namespace banyan::strangler {

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

/// What was committed could not be brought from the log beside it into the file.
std::string log_not_in_file(const std::string& file, const std::string& why);

/// A schema, a stage or a line that this version does not know: `what` says which.
Error made_by_a_newer_version(const std::string& file, const std::string& what);
/// The same of a line of the switch log, of either kind, by its format.
Error line_of_a_newer_version(const std::string& file, const LogEntry& entry);

}  // namespace banyan::strangler
