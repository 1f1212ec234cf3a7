// SPDX-License-Identifier: Apache-2.0
#include "note_rows.hpp"

#include <utility>

#include "control_file.hpp"
#include "log_check.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kColumns =
    "note, seq, kind, time, module, who, why, before, after, evidence, stage_hash, previous_hash, "
    "hash, format";

LogEntry read(const sqlite::Statement& row) {
  LogEntry entry;
  entry.note = static_cast<std::uint64_t>(row.number(0));
  entry.seq = static_cast<std::uint64_t>(row.number(1));
  entry.kind = row.text(2);
  entry.time = {row.number(3)};
  entry.module = row.text(4);
  entry.who = row.text(5);
  entry.why = row.text(6);
  entry.before = row.text(7);
  entry.after = row.text(8);
  entry.evidence = row.text(9);
  entry.stage_hash = row.text(10);
  entry.previous_hash = row.text(11);
  entry.hash = row.text(12);
  entry.format = row.number(13);
  return entry;
}

}  // namespace

NoteRows::NoteRows(const sqlite::Connection& connection)
    : connection_(connection), exist_(knows_notes(connection)) {}

NoteRows::Last NoteRows::last() const {
  Last last{.hash = kNoHash};
  if (!exist_) return last;
  auto row = connection_.query(
      "SELECT note, seq, hash, format FROM switch_log_notes ORDER BY note DESC LIMIT 1");
  if (!row.step()) return last;
  return {static_cast<std::uint64_t>(row.number(0)), static_cast<std::uint64_t>(row.number(1)),
          row.text(2), row.number(3)};
}

bool NoteRows::has(const Last& note) const {
  if (!exist_) return false;
  auto row = connection_.query("SELECT 1 FROM switch_log_notes WHERE note = ? AND hash = ?");
  return row.bind_all(note.note, note.hash).step();
}

LogEntry NoteRows::append(LogEntry note) const {
  const Last before = last();
  note.note = before.note + 1;
  note.previous_hash = before.hash;
  note.hash = chain_hash(note);
  const std::string sql = std::string("INSERT INTO switch_log_notes (") + kColumns +
                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  connection_.query(sql)
      .bind_all(note.note, note.seq, note.kind, note.time.micros, note.module, note.who, note.why,
                note.before, note.after, note.evidence, note.stage_hash, note.previous_hash,
                note.hash, note.format)
      .run();
  return note;
}

std::vector<LogEntry> NoteRows::newest(std::size_t limit, std::string_view module,
                                       std::string_view kind) const {
  std::vector<LogEntry> notes;
  if (!exist_) return notes;
  const std::string sql = std::string("SELECT ") + kColumns +
                          " FROM switch_log_notes WHERE (?1 = '' OR module = ?1) AND (?2 = '' OR "
                          "kind = ?2) ORDER BY note DESC LIMIT ?3";
  auto rows = connection_.query(sql);
  rows.bind_all(module, kind, limit);
  while (rows.step()) notes.push_back(read(rows));
  return notes;
}

std::vector<LogEntry> NoteRows::all() const {
  std::vector<LogEntry> notes;
  if (!exist_) return notes;
  connection_.each(std::string("SELECT ") + kColumns + " FROM switch_log_notes ORDER BY note",
                   [&](const sqlite::Statement& row) { notes.push_back(read(row)); });
  return notes;
}

std::vector<TablePart> NoteRows::table() const {
  std::vector<TablePart> table;
  if (!exist_) return table;
  connection_.each(
      "SELECT name, hash FROM loaded_table ORDER BY name",
      [&](const sqlite::Statement& row) { table.push_back({row.text(0), row.text(1)}); });
  return table;
}

void NoteRows::write(const std::vector<TablePart>& table) const {
  connection_.run("DELETE FROM loaded_table");
  for (const TablePart& each : table) {
    connection_.query("INSERT INTO loaded_table (name, hash) VALUES (?, ?)")
        .bind_all(each.name, each.hash)
        .run();
  }
}

}  // namespace banyan::strangler
