// SPDX-License-Identifier: Apache-2.0
#include "store_errors.hpp"

#include <algorithm>
#include <utility>

#include "banyan/stages/made_note.hpp"

namespace banyan::strangler {
namespace {

/// SQLite's findings have line breaks.
std::string in_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

Error made_by_a_newer_version(const std::string& file, const std::string& what) {
  return {ErrorCode::FailedPrecondition,
          "banyan.foreign_control_store",
          file + " was written by a newer version of Banyan (" + what +
              "). Use that version, or name another file as the control store.",
          {}};
}

Error line_of_a_newer_version(const std::string& file, const LogEntry& entry) {
  const std::string name =
      entry.note != 0 ? "note " + std::to_string(entry.note) : "line " + std::to_string(entry.seq);
  return made_by_a_newer_version(
      file, name + " of its switch log has format " + std::to_string(entry.format));
}

Error moved_control_store(const std::string& file) {
  return {
      ErrorCode::FailedPrecondition,
      "banyan.control_store_moved",
      file +
          " is not the control store any more that this process opened: it was renamed, removed "
          "or replaced. Nothing can be changed, and the stages that were known last stay in "
          "force. Put the same file back; or restart this process, which then goes by the file "
          "that is there, unless that is older than this one.",
      {}};
}

Error rewound_control_store(const std::string& file, const std::string& line) {
  return {
      ErrorCode::FailedPrecondition,
      "banyan.control_store_rewound",
      file + " has lost " + line +
          " of its switch log, or has another one: an older or another content was put into it. "
          "Nothing can be changed, and the stages that were known last stay in force. Put the "
          "right content back; or, if this older one is right, delete " +
          made_note_beside(file) + " and restart this process, which then goes by what is there.",
      {}};
}

Error older_control_store(const std::string& file, const std::string& lacks, std::uint64_t ends_at,
                          const std::string& notes) {
  return {ErrorCode::FailedPrecondition,
          "banyan.control_store_older",
          "the control store " + file + " is older than what is known of it, or another one: " +
              notes + " says that its switch log has " + lacks +
              ", and this one has not; it ends at revision " + std::to_string(ends_at) +
              ". By it requests, also writes, would go where they went "
              "then. `banyan log --store " +
              file +
              "` shows it. Stop what uses it and put the newest copy back, with all "
              "that was in " +
              file + "-wal; or, if this older one is right, delete " + notes + " and start again",
          {}};
}

Error full_control_store(const std::string& file, NoRoom what) {
  return {
      ErrorCode::Unavailable,
      "banyan.control_store_full",
      "the control store " + file +
          " cannot be written: its disk is full. Nothing was changed, and all traffic stays " +
          (what == NoRoom::ForMore
               ? "where it is; the way back to the old side is open, by room that is kept for it. "
               : "where it is, also what should go back: the room for that is used up. ") +
          "Make room on that disk and ask again; plans go on by themselves",
      {}};
}

std::string log_not_in_file(const std::string& file, const std::string& why) {
  return "what was last changed in the control store " + file + " is in " + file +
         "-wal only, since it cannot be brought into the file (" + in_one_line(why) +
         "). Nothing is lost, and changes go on; but a copy of the file alone is an older one. "
         "Look "
         "at its disk; it is tried again every second";
}

Error control_store_error(const std::string& file, const sqlite::Fault& fault) {
  switch (fault.kind()) {
    case sqlite::FaultKind::Busy:
      return {ErrorCode::Unavailable,
              "banyan.control_store_busy",
              "the control store " + file +
                  " was locked by another process for five seconds. Try again; `fuser " + file +
                  "` shows who has it open.",
              {}};
    case sqlite::FaultKind::Corrupt:
    case sqlite::FaultKind::NotADatabase:
      return {ErrorCode::FailedPrecondition,
              "banyan.corrupt_control_store",
              "the control store " + file + " is damaged (" + in_one_line(fault.message()) +
                  "): where the traffic of each rollout stands cannot be told. " +
                  ways_out(file, "move " + file + " away, delete " + made_note_beside(file)) +
                  ". It has no data of the application",
              {}};
    case sqlite::FaultKind::Full: return full_control_store(file, NoRoom::ForAnything);
    default:
      return {ErrorCode::Unavailable,
              "banyan.control_store_unavailable",
              "cannot use the control store " + file + ": " + fault.message() +
                  ". What was to be changed is not, and all traffic stays where it is. Check that "
                  "its folder exists, may be written and has room, and ask again.",
              {}};
  }
}

}  // namespace banyan::strangler
