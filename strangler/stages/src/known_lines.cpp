// SPDX-License-Identifier: Apache-2.0
#include "known_lines.hpp"

#include <filesystem>
#include <utility>

#include "banyan/kernel/listed.hpp"

namespace banyan::strangler {
namespace {

/// A folder that was moved takes its note along; elsewhere there may be one of another store.
bool is_of(const MadeNote& note, const std::string& note_file, const std::string& store_file) {
  return note_file == made_note_beside(store_file) || note.store == place_of(store_file);
}

/// Of each strand of the log the later line: another process may have written since.
LastLines later(const LastLines& one, LastLines other) {
  if (one.seq > other.seq) {
    other.seq = one.seq;
    other.hash = one.hash;
  }
  if (one.note > other.note) {
    other.note = one.note;
    other.note_hash = one.note_hash;
  }
  return other;
}

}  // namespace

KnownLines::KnownLines(const std::string& store_file, const std::vector<std::string>& elsewhere)
    : store_file_(store_file), note_files_{made_note_beside(store_file)} {
  note_files_.insert(note_files_.end(), elsewhere.begin(), elsewhere.end());
  for (const std::string& each : note_files_) {
    auto found = find_made_note(each);
    if (!found) {
      unread_ = std::move(found.error());
      continue;
    }
    std::optional<MadeNote>& note = *found;
    if (!note || !is_of(*note, each, store_file_) || note->last == LastLines{}) continue;
    unseen_.push_back({each, std::move(note->last)});
  }
}

std::optional<KnownLines::Lack> KnownLines::lacked_by(
    const std::function<std::string(const LastLines& last)>& lacks) {
  std::optional<Lack> found;
  std::vector<std::string> notes;
  for (const Known& each : unseen_) {
    std::string line = lacks(each.last);
    if (line.empty()) continue;
    notes.push_back(each.note_file);
    if (!found) found = Lack{std::move(line), {}};
  }
  if (found) {
    found->notes = listed(notes);
  } else {
    unseen_.clear();
  }
  return found;
}

Result<void> KnownLines::note(const LastLines& last) {
  const std::lock_guard lock(noting_);
  if (noted_ == last) return {};
  for (const std::string& each : note_files_) {
    const auto found = find_made_note(each);
    if (!found) return fail(found.error());
    const std::optional<MadeNote>& note = *found;
    // Where the store is may be found out no more either: its folder was closed, or links go round.
    try {
      if (!note || !is_of(*note, each, store_file_)) continue;
      LastLines now = later(note->last, last);
      if (now == note->last && note->store == place_of(store_file_)) continue;
      write_made_note(each, store_file_, now);
    } catch (const std::filesystem::filesystem_error& error) {
      return fail(ErrorCode::Unavailable, "banyan.control_store_note",
                  each + ": " + error.code().message());
    }
  }
  noted_ = last;
  return {};
}

}  // namespace banyan::strangler
