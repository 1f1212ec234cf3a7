// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/made_note.hpp"

#include <cstddef>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/sqlite/durable_file.hpp"

namespace banyan::strangler {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStore = "The control store of this was made: ";
constexpr std::string_view kPurpose =
    "This note is there so that its loss is noticed at the next start.\n";
constexpr std::string_view kRevision = "Last revision: ";
constexpr std::string_view kNote = "Last note: ";
constexpr std::size_t kHashDigits = 64;

/// "51 9f86…": the number and the hash of a line. One that is not whole is none.
bool read_line(std::string_view text, std::uint64_t& number, std::string& hash) {
  std::istringstream words{std::string(text)};
  std::uint64_t found = 0;
  std::string digits;
  if (!(words >> found >> digits) || digits.size() != kHashDigits) return false;
  number = found;
  hash = std::move(digits);
  return true;
}

}  // namespace

std::string made_note_beside(const std::string& store_file) { return store_file + ".made"; }

std::string place_of(const std::string& store_file) {
  return fs::weakly_canonical(fs::absolute(store_file)).string();
}

Result<std::optional<MadeNote>> find_made_note(const std::string& note_file) {
  const auto text = whole_file(note_file);
  if (!text) {
    const std::error_code& why = text.error();
    const bool is_none =
        why == std::errc::no_such_file_or_directory || why == std::errc::not_a_directory;
    if (is_none) return std::optional<MadeNote>();
    return fail(ErrorCode::Unavailable, "banyan.control_store_note",
                "the note " + note_file + " of the control store cannot be read (" + why.message() +
                    "), so nobody can tell whether the store is the newest. Let this process read "
                    "it and start again; or, if the store is right, delete the note");
  }
  MadeNote note;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const std::string_view view = line;
    if (view.starts_with(kStore)) {
      note.store = view.substr(kStore.size());
    } else if (view.starts_with(kRevision)) {
      (void)read_line(view.substr(kRevision.size()), note.last.seq, note.last.hash);
    } else if (view.starts_with(kNote)) {
      (void)read_line(view.substr(kNote.size()), note.last.note, note.last.note_hash);
    }
  }
  return std::optional(std::move(note));
}

std::optional<MadeNote> read_made_note(const std::string& note_file) {
  auto note = find_made_note(note_file);
  return note ? std::move(*note) : std::nullopt;
}

void write_made_note(const std::string& note_file, const std::string& store_file,
                     const LastLines& last) {
  std::string text = std::string(kStore) + place_of(store_file) + '\n' + std::string(kPurpose);
  if (last.seq != 0) {
    text += std::string(kRevision) + std::to_string(last.seq) + ' ' + last.hash + '\n';
  }
  if (last.note != 0) {
    text += std::string(kNote) + std::to_string(last.note) + ' ' + last.note_hash + '\n';
  }
  sqlite::write_durably(note_file, text, store_file);
}

std::string ways_out(const std::string& store_file, const std::string& steps) {
  return "Stop what uses it and put the newest copy back (a " + store_file + "-wal and -shm that " +
         "lie there go first). If there is none, or all is to begin on the old sides again: " +
         steps + " and start again; requests, also writes, go to the old sides then until " +
         "somebody shifts again";
}

}  // namespace banyan::strangler
