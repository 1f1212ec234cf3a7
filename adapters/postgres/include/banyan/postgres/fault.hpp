// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct pg_conn;
struct pg_result;

namespace banyan::postgres {

/// What can be done about a failure; callers decide by these. From the SQLSTATE
/// (PostgreSQL, appendix A).
enum class FaultKind : std::uint8_t {
  ConnectionLost,  ///< no server, or it went away; what was not committed is undone
  Serialization,   ///< two transactions in each other's way (40001, 40P01), or a plan out of date
  Cancelled,       ///< statement_timeout, or somebody cancelled it
  Busy,            ///< a lock that was not to be had, too many connections
  Full,            ///< no room on the server's disk
  ReadOnly,        ///< a transaction or server that only reads
  IoError,         ///< the server's disk or system failed
  Constraint,      ///< see Fault::constraint
  Denied,          ///< no privilege (42501)
  SchemaMissing,   ///< a table, column or schema is not there
  Raised,          ///< a trigger or function said no (P0001)
  Other
};

struct Constraint {
  enum class Kind : std::uint8_t { Unique, ForeignKey, Check, NotNull, Other };
  Kind kind = Kind::Other;
  std::string name;
  std::string table;
  std::string column;  ///< NotNull only
};

/// What the server refused. The text holds its primary message and never a value (its details do).
class Fault : public std::runtime_error {
 public:
  Fault(std::string sqlstate, std::string message, std::optional<Constraint> constraint = {},
        std::optional<std::size_t> position = {});

  FaultKind kind() const { return kind_; }
  const std::string& sqlstate() const { return sqlstate_; }  ///< five characters
  const std::string& message() const { return message_; }
  const std::optional<Constraint>& constraint() const { return constraint_; }
  /// Where in the text that was sent, in characters (not bytes) from 0, where the server says so.
  const std::optional<std::size_t>& position() const { return position_; }

 private:
  std::string sqlstate_;
  std::string message_;
  FaultKind kind_;
  std::optional<Constraint> constraint_;
  std::optional<std::size_t> position_;
};

/// The fault of a result that failed; of the connection when there is no result.
Fault fault_of(const ::pg_conn* connection, const ::pg_result* result);

/// "no privilege on …" for people who can change something about it, or "".
std::string_view next_step(FaultKind kind);

}  // namespace banyan::postgres
