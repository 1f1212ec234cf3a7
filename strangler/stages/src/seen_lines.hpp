// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/stages/made_note.hpp"
#include "known_lines.hpp"
#include "note_rows.hpp"
#include "stage_rows.hpp"

namespace banyan::strangler {

/// The last lines of a switch log that were seen: by this process, and by those before it, as the
/// notes beside the store say (docs/adr/0046). The log is only appended to, so a line that was seen
/// once stays; where one is gone, somebody has put an older or another content under the
/// connection. Used under the store's lock, but for note().
class SeenLines final {
 public:
  /// Reads the notes. The rows must outlive it. `note_files`: see ControlStore::open().
  SeenLines(std::string store_file, const StageRows& stages, const NoteRows& notes,
            const std::vector<std::string>& note_files);

  /// That the log has all lines that were seen; from now on its last ones were. FailedPrecondition
  /// "banyan.control_store_older" or "banyan.control_store_rewound" when it lacks one, or
  /// "banyan.foreign_control_store" when its last one is of a newer format; Unavailable
  /// "banyan.control_store_note" when a note could not be read. Within one transaction.
  Result<void> check_that_the_log_has_them();
  /// The same of those that the notes name.
  Result<void> check_that_the_log_has_what_notes_name();

  /// These were committed; 0 is none of that kind.
  void saw(const LastLines& lines);
  const LastLines& last() const { return last_; }

  /// Has the notes name these lines, see KnownLines::note(). Safe for concurrent use, outside of
  /// the store's lock: a folder that hangs keeps nobody from reading the store.
  Result<void> note(const LastLines& lines) { return known_.note(lines); }

 private:
  bool has_note(std::uint64_t note, const std::string& hash) const;
  Result<void> look_at_the_last();

  const std::string store_file_;
  const StageRows& stages_;
  const NoteRows& notes_;
  KnownLines known_;
  LastLines last_;
};

}  // namespace banyan::strangler
