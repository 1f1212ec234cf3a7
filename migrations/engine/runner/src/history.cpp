// SPDX-License-Identifier: Apache-2.0
#include "history.hpp"

#include <charconv>

namespace banyan::migrations {

std::filesystem::path place_of(const std::filesystem::path& shared_file,
                               const std::string& module) {
  if (!std::filesystem::exists(shared_file)) return shared_file;
  Database database(shared_file, Database::Open::Existing);
  if (!database.has_table("banyan_fence")) return shared_file;
  const auto rows = database.rows(
      "SELECT location FROM banyan_fence WHERE module = ?1 AND state = 'moved'", {module});
  if (rows.empty()) return shared_file;
  const auto file = shared_file.parent_path() / rows[0][0];
  if (!std::filesystem::exists(file)) {
    throw DatabaseFault("its fence says that the tables of '" + module + "' are in '" +
                            file.string() + "', which is not there; put the file back",
                        std::nullopt);
  }
  return file;
}

void create_history(Database& database) {
  database.run_script(
      "CREATE TABLE IF NOT EXISTS banyan_migrations(module TEXT NOT NULL, name TEXT NOT NULL, "
      "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY(module, name))");
}

History history_of(Database& database, const std::string& module) {
  History history;
  if (!database.has_table("banyan_migrations")) return history;
  for (const auto& row :
       database.rows("SELECT name, checksum, applied_at FROM banyan_migrations WHERE module = ?1",
                     {module})) {
    Timestamp at;
    std::from_chars(row[2].data(), row[2].data() + row[2].size(), at.micros);
    history[row[0]] = {row[1], at};
  }
  return history;
}

void remember(Database& database, const std::string& module, const Script& script, Timestamp now) {
  database.rows(
      "INSERT INTO banyan_migrations VALUES (?1, ?2, ?3, CAST(?4 AS INTEGER))",
      {module, std::string(script.name), checksum_of(script.sql), std::to_string(now.micros)});
}

}  // namespace banyan::migrations
