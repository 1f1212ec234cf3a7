// SPDX-License-Identifier: Apache-2.0
#include "control_notes.hpp"

#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/serving/control_plane.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/sqlite/durable_file.hpp"

namespace banyan::serving {
namespace {

namespace fs = std::filesystem;

/// Beside the store, once it was made: so that a start can tell a store that was lost from one that
/// never was.
std::string note_of(const std::string& store) { return store + ".made"; }
/// The same beside the configuration, where that lies elsewhere.
std::string note_at(const std::string& config_file) { return config_file + ".control-store"; }

std::string made_text(const std::string& store) {
  return "The control store of this was made: " + location_of(store) +
         "\nThis note is there so that its loss is noticed at the next start.\n";
}

constexpr std::string_view kCameTo = "It had come to revision ";
constexpr std::string_view kWithHead = " with the head ";

/// Behind made_text(), which notes of earlier versions have alone.
std::string progress_text(const strangler::Stand& stand) {
  return std::string(kCameTo) + std::to_string(stand.revision) + std::string(kWithHead) +
         stand.head + '\n';
}

struct Progress {
  std::uint64_t revision = 0;
  std::string head;
};

std::optional<Progress> progress_in(std::string_view text) {
  const std::size_t at = text.find(kCameTo);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + kCameTo.size());
  Progress progress;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), progress.revision);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(kWithHead)) return std::nullopt;
  text.remove_prefix(kWithHead.size());
  progress.head = text.substr(0, text.find('\n'));
  return progress;
}

bool lies_elsewhere(const std::string& config_file, const std::string& store) {
  return !config_file.empty() && fs::path(location_of(config_file)).parent_path() !=
                                     fs::path(location_of(store)).parent_path();
}

/// Of this store: a configuration may have named another one since.
bool is_noted(const std::string& note, const std::string& store) {
  return whole_file(note).value_or("").starts_with(made_text(store));
}

/// "" when it is written, else why not.
std::string write_note(const std::string& note, const std::string& store, const std::string& text) {
  if (whole_file(note).value_or("") == text) return {};
  try {
    sqlite::write_durably(note, text, store);
    return {};
  } catch (const fs::filesystem_error& error) {
    return note + ": " + error.code().message();
  }
}

/// The notes that say that it was there, and are to go when all is to begin anew; "" for none.
std::string signs_of(const std::string& store, const std::string& config_file) {
  std::error_code unknown;
  std::string signs;
  if (fs::exists(note_of(store), unknown)) signs = note_of(store);
  if (lies_elsewhere(config_file, store) && is_noted(note_at(config_file), store)) {
    signs += (signs.empty() ? "" : " and ") + note_at(config_file);
  }
  return signs;
}

std::optional<Progress> furthest(const std::string& store, const std::string& config_file) {
  auto found = progress_in(whole_file(note_of(store)).value_or(""));
  if (lies_elsewhere(config_file, store) && is_noted(note_at(config_file), store)) {
    auto other = progress_in(whole_file(note_at(config_file)).value_or(""));
    if (other && (!found || other->revision > found->revision)) found = std::move(other);
  }
  return found;
}

}  // namespace

// The folder of a configuration is often not to be written; then the note beside the store is all
// there is.
void ControlNotes::keep(const strangler::Stand& stand) {
  revision_ = stand.revision;
  const std::string text = made_text(store_) + progress_text(stand);
  if (lies_elsewhere(config_file_, store_)) write_note(note_at(config_file_), store_, text);
  const std::string problem = write_note(note_of(store_), store_, text);
  if (problem.empty() || std::exchange(told_, true)) return;
  log_.write(telemetry::Level::Warning, "control_store_note_not_written",
             {{"message", problem + ". The loss of the control store would not be noticed at the "
                                    "next start"}});
}

std::optional<Error> lost_control_store(const std::string& store, const std::string& config_file,
                                        const std::string& moved) {
  std::error_code unknown;
  const bool there = fs::exists(store, unknown);
  // A full disk, a copy that was cut off, a touch in a script: nothing that was moved is in it.
  if (there && (fs::file_size(store, unknown) != 0 || unknown)) return std::nullopt;
  const std::string signs = signs_of(store, config_file);
  if (signs.empty() && (moved.empty() || there)) return std::nullopt;
  std::string message = "the control store " + store + (there ? " is empty" : " is gone") +
                        ", and with it where the traffic of each rollout stood";
  if (signs.empty()) message += ": the tables of " + moved + " have moved, so there was one";
  message +=
      ". Put it back from a backup. If nothing had been moved, or all is to begin on the old sides "
      "again, " +
      (signs.empty() ? "make an empty file there (touch '" + store + "')" : "delete " + signs) +
      " and start again";
  return Error{ErrorCode::FailedPrecondition, "banyan.control_store_lost", std::move(message), {}};
}

std::optional<Error> control_store_behind(const strangler::Stand& stand, const std::string& store,
                                          const std::string& config_file) {
  const auto noted = furthest(store, config_file);
  if (!noted || stand.revision > noted->revision) return std::nullopt;
  if (stand.revision == noted->revision && stand.head == noted->head) return std::nullopt;
  return Error{
      ErrorCode::FailedPrecondition,
      "banyan.control_store_behind",
      "the control store " + store + " is at revision " + std::to_string(stand.revision) +
          (stand.revision == noted->revision
               ? " of another log than when it was used last"
               : ", and was at " + std::to_string(noted->revision) + " when it was used last") +
          ": it is another copy, by which traffic, writes too, would go where it went then. Put "
          "the newer one back (of a copy that was made while a process ran the files " +
          store + "-wal and -shm are part). If it is to hold as it is, delete " +
          signs_of(store, config_file) + " and start again",
      {}};
}

}  // namespace banyan::serving
