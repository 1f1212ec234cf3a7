// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "banyan/sqlite/connection.hpp"

namespace banyan::sqlite {

/// What a statement would do, each part of it on its own.
enum class Action : std::uint8_t {
  Select,       ///< nothing named
  Function,     ///< second: the function
  Recursive,    ///< a recursive common table expression
  Read,         ///< first: the table, second: the column
  Insert,       ///< first: the table
  Update,       ///< first: the table, second: the column
  Delete,       ///< first: the table
  Transaction,  ///< first: BEGIN, COMMIT or ROLLBACK
  Savepoint,    ///< first: the operation, second: its name
  Attach,       ///< first: the file
  Detach,       ///< first: the database
  Pragma,       ///< first: the pragma, second: its value
  CreateTable,
  DropTable,
  AlterTable,  ///< first: the database, second: the table
  CreateIndex,
  DropIndex,
  CreateTrigger,
  DropTrigger,
  CreateView,
  DropView,
  Other  ///< virtual tables, REINDEX, ANALYZE, and what newer versions add
};

struct AccessRequest {
  Action action;
  std::string_view first;   ///< of Create and Drop: the name; see Action for the others
  std::string_view second;  ///< of CreateIndex, CreateTrigger and their Drop: the table
  std::string_view schema;  ///< "main", "temp", or "" where it makes no sense
  std::string_view via;     ///< the innermost trigger or view that the access comes from
};

enum class Verdict : std::uint8_t { Allow, Deny };

/// Asked for every access when a statement is prepared, until this object is gone; the connection
/// has no other one meanwhile, and outlives it. An exception of the callback denies.
class Authorizer {
 public:
  using Callback = std::function<Verdict(const AccessRequest&)>;
  Authorizer(const Connection& connection, Callback callback);
  ~Authorizer();
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;

 private:
  ::sqlite3* handle_;
  Callback callback_;
};

}  // namespace banyan::sqlite
