// SPDX-License-Identifier: Apache-2.0
#include "left_copy.hpp"

#include "banyan/digest/sha256.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

std::string key_of(const SchemaObject& object) { return object.type + " " + object.name; }

// Schema and rows apart, so that each can be compared alone.
std::string digest_with(const SchemaObject& object, const std::string& rows) {
  return sha256_hex(object.sql) + " " + rows;
}

// An attempt that was broken off before its switch has written down the epoch that it wanted.
Digests written_down(const Connection& database, const std::string& module, std::int64_t epoch) {
  Digests digests;
  if (!database.has_table("banyan_left_copy")) return digests;
  auto row = database.query(
      "SELECT object, digest FROM banyan_left_copy WHERE module = ?1 AND epoch >= ?2");
  row.bind(1, module).bind(2, epoch);
  while (row.step()) digests[row.text(0)] = row.text(1);
  return digests;
}

}  // namespace

Digests digests_of(const std::vector<SchemaObject>& objects, const Digests& rows) {
  Digests digests;
  for (const SchemaObject& object : objects) {
    const auto of_rows = rows.find(object.name);
    digests[key_of(object)] = digest_with(object, of_rows == rows.end() ? "" : of_rows->second);
  }
  return digests;
}

void write_down(const Connection& database, const std::string& module, std::int64_t epoch,
                const Digests& digests) {
  database.run(
      "CREATE TABLE IF NOT EXISTS banyan_left_copy(module TEXT NOT NULL, object TEXT NOT NULL, "
      "epoch INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY(module, object)) WITHOUT ROWID");
  database.query("DELETE FROM banyan_left_copy WHERE module = ?1").bind(1, module).run();
  auto insert = database.query("INSERT INTO banyan_left_copy VALUES (?1, ?2, ?3, ?4)");
  for (const auto& [object, digest] : digests) insert.bind_all(module, object, epoch, digest).run();
}

std::vector<SchemaObject> changed_since(const Connection& database, const std::string& module,
                                        std::int64_t epoch, const std::vector<std::string>& names) {
  const Digests known = written_down(database, module, epoch);
  std::vector<SchemaObject> changed;
  if (known.empty()) return changed;
  for (SchemaObject& object : objects_of_tables(database, names)) {
    const auto table = object.type == "table" ? table_of(database, object.name) : std::nullopt;
    const bool has_rows = table && table->can_be_copied();
    const std::string rows = has_rows ? digest_of(database, {*table}) : "";
    const auto was = known.find(key_of(object));
    if (was == known.end() || was->second != digest_with(object, rows)) {
      changed.push_back(std::move(object));
    }
  }
  return changed;
}

std::vector<SchemaObject> made_since(const Connection& database, const std::string& module,
                                     std::int64_t epoch, const std::vector<SchemaObject>& objects) {
  const Digests known = written_down(database, module, epoch);
  std::vector<SchemaObject> made;
  if (known.empty()) return made;
  for (const SchemaObject& object : objects) {
    const auto was = known.find(key_of(object));
    const std::string schema = digest_with(object, "");
    if (was == known.end() || !was->second.starts_with(schema)) made.push_back(object);
  }
  return made;
}

}  // namespace banyan::mover
