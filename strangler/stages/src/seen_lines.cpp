// SPDX-License-Identifier: Apache-2.0
#include "seen_lines.hpp"

#include <utility>

#include "banyan/stages/control_store.hpp"
#include "store_errors.hpp"

namespace banyan::strangler {

SeenLines::SeenLines(std::string store_file, const StageRows& stages, const NoteRows& notes,
                     const std::vector<std::string>& note_files)
    : store_file_(std::move(store_file)),
      stages_(stages),
      notes_(notes),
      known_(store_file_, note_files) {}

bool SeenLines::has_note(std::uint64_t note, const std::string& hash) const {
  return notes_.has({.note = note, .hash = hash});
}

Result<void> SeenLines::check_that_the_log_has_them() {
  if (auto named = check_that_the_log_has_what_notes_name(); !named) return named;
  if (last_.seq != 0 && !stages_.has(last_.seq, last_.hash)) {
    return fail(rewound_control_store(store_file_, "line " + std::to_string(last_.seq)));
  }
  if (last_.note != 0 && !has_note(last_.note, last_.note_hash)) {
    return fail(rewound_control_store(store_file_, "note " + std::to_string(last_.note)));
  }
  return look_at_the_last();
}

Result<void> SeenLines::look_at_the_last() {
  const NoteRows::Last note = notes_.last();
  last_.note = note.note;
  last_.note_hash = note.note != 0 ? note.hash : std::string();
  if (note.format > kLogFormat) {
    return fail(line_of_a_newer_version(store_file_, {.format = note.format, .note = note.note}));
  }
  const StageRows::Last line = stages_.last();
  if (line.seq == 0) return {};
  last_.seq = line.seq;
  last_.hash = line.hash;
  if (line.format > kLogFormat) {
    return fail(line_of_a_newer_version(store_file_, {.format = line.format, .seq = line.seq}));
  }
  return {};
}

// What was seen before this process began; once found, what it has seen itself is enough.
Result<void> SeenLines::check_that_the_log_has_what_notes_name() {
  if (const auto& unread = known_.unread()) return fail(*unread);
  const auto lacks = known_.lacked_by([&](const LastLines& last) -> std::string {
    if (last.seq != 0 && !stages_.has(last.seq, last.hash)) {
      return "revision " + std::to_string(last.seq);
    }
    if (last.note != 0 && !has_note(last.note, last.note_hash)) {
      return "note " + std::to_string(last.note);
    }
    return {};
  });
  if (!lacks) return {};
  return fail(older_control_store(store_file_, lacks->line, stages_.last().seq, lacks->notes));
}

void SeenLines::saw(const LastLines& lines) {
  if (lines.seq != 0) {
    last_.seq = lines.seq;
    last_.hash = lines.hash;
  }
  if (lines.note != 0) {
    last_.note = lines.note;
    last_.note_hash = lines.note_hash;
  }
}

}  // namespace banyan::strangler
