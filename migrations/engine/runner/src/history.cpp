// SPDX-License-Identifier: Apache-2.0
#include "history.hpp"

namespace banyan::migrations {

using sqlite::Connection;

std::filesystem::path place_of(const std::filesystem::path& shared_file,
                               const std::string& module) {
  if (!std::filesystem::exists(shared_file)) return shared_file;
  const auto database = Connection::open(shared_file, sqlite::OpenMode::ReadRecovering);
  if (!database.has_table("banyan_fence")) return shared_file;
  auto fence =
      database.query("SELECT location FROM banyan_fence WHERE module = ?1 AND state = 'moved'");
  if (!fence.bind(1, module).step()) return shared_file;
  const auto file = shared_file.parent_path() / fence.text(0);
  if (!std::filesystem::exists(file)) {
    throw sqlite::Fault(sqlite::FaultKind::CannotOpen,
                        "its fence says that the tables of '" + module + "' are in '" +
                            file.string() + "', which is not there; put the file back");
  }
  return file;
}

void create_history(const Connection& database) {
  database.run(
      "CREATE TABLE IF NOT EXISTS banyan_migrations(module TEXT NOT NULL, name TEXT NOT NULL, "
      "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY(module, name))");
}

History history_of(const Connection& database, const std::string& module) {
  History history;
  if (!database.has_table("banyan_migrations")) return history;
  auto row =
      database.query("SELECT name, checksum, applied_at FROM banyan_migrations WHERE module = ?1");
  row.bind(1, module);
  while (row.step()) history[row.text(0)] = {row.text(1), Timestamp{row.number(2)}};
  return history;
}

void remember(const Connection& database, const std::string& module, const Script& script,
              Timestamp now) {
  database.query("INSERT INTO banyan_migrations VALUES (?1, ?2, ?3, ?4)")
      .bind_all(module, script.name, checksum_of(script.sql), now.micros)
      .run();
}

}  // namespace banyan::migrations
