// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/database_identity.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "banyan/postgres/connection.hpp"
#include "banyan/sqlite/file_identity.hpp"

namespace banyan::sql {
namespace {

/// The system that runs, the same in all of its containers, until it is started anew. "" where it
/// does not say.
std::string this_system() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(in, id);
  return id;
}

std::string whole_path(const std::filesystem::path& file) {
  std::error_code unknown;
  const auto path =
      std::filesystem::weakly_canonical(std::filesystem::absolute(file, unknown), unknown);
  return unknown || path.empty() ? file.string() : path.string();
}

DatabaseIdentity identity_of_file(const DataSource& source) {
  DatabaseIdentity found{.engine = std::string(to_string(source.engine)),
                         .scope = this_system(),
                         .id = {},
                         .display = whole_path(source.file)};
  if (const auto file = sqlite::identity_of(source.file, sqlite::Birth::NotAsked)) {
    found.id = std::to_string(file->device_major) + ':' + std::to_string(file->device_minor) + '/' +
               std::to_string(file->number);
  }
  return found;
}

/// By what the server says of itself: its addresses are many, and some lead to its replicas.
DatabaseIdentity identity_of_server(const DataSource& source) {
  const std::string engine(to_string(source.engine));
  DatabaseIdentity found{.engine = engine, .scope = engine, .id = {}, .display = source.display()};
  try {
    auto connection = postgres::Connection::open(source.connection);
    found.id = connection.text(
        "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || oid::text"
        " FROM pg_database WHERE datname = current_database()");
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): then nobody can say
  }
  return found;
}

}  // namespace

DatabaseIdentity database_identity(const DataSource& source) {
  return source.engine == Engine::Sqlite ? identity_of_file(source) : identity_of_server(source);
}

std::optional<bool> is_same_database(const DatabaseIdentity& one, const DatabaseIdentity& other) {
  if (one.engine.empty() || other.engine.empty()) return std::nullopt;
  if (one.engine != other.engine) return false;
  const bool is_known =
      !one.id.empty() && !other.id.empty() && !one.scope.empty() && one.scope == other.scope;
  if (!is_known) return std::nullopt;
  return one.id == other.id;
}

}  // namespace banyan::sql
