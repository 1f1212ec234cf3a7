// SPDX-License-Identifier: Apache-2.0
#include "banyan/digest/sha256.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {
namespace {

// The length goes before each field, so that no text can be shifted from one field into the next.
void append(std::string& text, std::string_view field) {
  text += std::to_string(field.size());
  text += ':';
  text += field;
  text += '\n';
}

std::string chain_hash_of_note(const LogEntry& note) {
  std::string text = "banyan switch log note " + std::to_string(note.format) + '\n';
  append(text, std::to_string(note.note));
  append(text, std::to_string(note.seq));
  append(text, note.kind);
  append(text, std::to_string(note.time.micros));
  append(text, note.module);
  append(text, note.who);
  append(text, note.why);
  append(text, note.before);
  append(text, note.after);
  append(text, note.evidence);
  append(text, note.stage_hash);
  append(text, note.previous_hash);
  return sha256_hex(text);
}

}  // namespace

std::string chain_hash(const LogEntry& entry) {
  if (entry.note != 0) return chain_hash_of_note(entry);
  std::string text = "banyan switch log " + std::to_string(entry.format) + '\n';
  append(text, std::to_string(entry.seq));
  append(text, std::to_string(entry.time.micros));
  append(text, entry.module);
  append(text, entry.who);
  append(text, entry.why);
  append(text, entry.before);
  append(text, entry.after);
  append(text, entry.evidence);
  append(text, entry.previous_hash);
  return sha256_hex(text);
}

}  // namespace banyan::strangler
