// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "banyan/kernel/result.hpp"

/// The notes of a control store: small files beside it, and beside a configuration that lies
/// elsewhere. They say that it was made, and how far its switch log had got:
///
///     a change commits → its lines are on the disk → the notes name the last of them
///
/// In this order, so a note may be behind its store, after a crash or where two processes write at
/// once, and is never ahead of it. A store that lacks what a note names is an older one, or
/// another.
namespace banyan::strangler {

/// The last lines of a switch log, of either kind; 0 and "": there was none.
struct LastLines {
  std::uint64_t seq = 0;  ///< a revision
  std::string hash{};
  std::uint64_t note = 0;  ///< a line beside the revisions
  std::string note_hash{};

  friend bool operator==(const LastLines&, const LastLines&) = default;
};

struct MadeNote {
  std::string store;  ///< where it was, absolute; "" when the note does not say
  LastLines last;     ///< nothing in a note of an earlier version
};

/// `control.db` → `control.db.made`.
std::string made_note_beside(const std::string& store_file);

/// Absolute, with links followed: the name that a note has for the store.
std::string place_of(const std::string& store_file);

/// Nothing when there is no such note. Unavailable "banyan.control_store_note" when it cannot be
/// read: what it names may be what is lacking.
Result<std::optional<MadeNote>> find_made_note(const std::string& note_file);
/// The same to whom one that cannot be read is none.
std::optional<MadeNote> read_made_note(const std::string& note_file);

/// Whole or not at all, also over a power cut. With owner and mode of the note before, else of the
/// store. Throws std::filesystem::filesystem_error.
void write_made_note(const std::string& note_file, const std::string& store_file,
                     const LastLines& last);

/// What to do about a control store that is lost or damaged, in sentences: put a copy back, or
/// begin anew by `steps` ("delete control.db.made").
std::string ways_out(const std::string& store_file, const std::string& steps);

}  // namespace banyan::strangler
