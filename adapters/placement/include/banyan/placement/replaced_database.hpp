// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "banyan/sqlite/file_identity.hpp"

namespace banyan::placement {

/// A database that is replaced while a process has it open leaves its write-ahead log behind, and
/// SQLite would play that into the file that is there now: a log knows no file. So the process
/// leaves a note beside them of what belongs together, "shop.db.replaced", and who opens the
/// database next asks. Both are beside the file itself, where SQLite has the log: `opened` is the
/// name of that file when it was opened, behind all links (sqlite::behind_links()). A link may lead
/// elsewhere by now, to a database with a log of its own.

/// Writes the note: `was` is the file that was there, born included. Throws filesystem_error.
void note_replaced(const std::filesystem::path& opened, const sqlite::FileIdentity& was);
/// The log at its place is of another file than the one that is there, as the note says: why, and
/// what to do. Nothing: it is not, or nobody has noted anything. Opens no database, and follows a
/// link in its place.
std::optional<std::string> foreign_log_of(const std::filesystem::path& database);
/// Takes the note away, if there is one: once foreign_log_of() has found nothing.
void forget_replaced(const std::filesystem::path& opened) noexcept;

}  // namespace banyan::placement
