// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "banyan/sql/data_source.hpp"

namespace banyan::sql {

/// Which database it is, by whatever path or address it is called: what tells whether two processes
/// work on one and the same.
struct DatabaseIdentity {
  std::string engine;   ///< "sqlite", "postgresql"
  std::string scope;    ///< within which `id` says something: a file's number in one system only
  std::string id;       ///< "": nobody can say
  std::string display;  ///< for people: a file with its whole path, a server without a password
};

/// As it is there now. A file is looked at and not opened; a server is asked over a connection of
/// its own.
DatabaseIdentity database_identity(const DataSource& source);

/// Whether it is the same database; nothing where nobody can say.
std::optional<bool> is_same_database(const DatabaseIdentity& one, const DatabaseIdentity& other);

}  // namespace banyan::sql
