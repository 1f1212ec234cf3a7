// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/error.hpp"

namespace banyan::sql {

enum class ConstraintKind : std::uint8_t { Unique, ForeignKey, Check, NotNull, Other };

/// A rule of the schema that a statement would have broken.
struct Constraint {
  ConstraintKind kind = ConstraintKind::Other;
  std::string table;                 ///< "" when the database does not say (SQLite's foreign keys)
  std::vector<std::string> columns;  ///< Unique and NotNull; empty otherwise
  std::string name;                  ///< its name or, of a nameless check, its expression
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

/// "unique constraint on orders(key)": for people and logs.
std::string to_string(const Constraint& constraint);

/// What went wrong, the same from every engine.
enum class FaultKind : std::uint8_t {
  Misuse,          ///< the statement or the way it is used is wrong: a bug
  Ownership,       ///< the ownership guard said no
  Constraint,      ///< see constraint()
  Moved,           ///< the table's rows are somewhere else by now
  Replaced,        ///< another file is at the database's path by now, or none
  Outdated,        ///< a file here is older than what is known of the placement
  Busy,            ///< somebody else holds the database
  Deadline,        ///< broken off because the deadline of the call has passed
  Serialization,   ///< two units of work were in each other's way: running again helps
  StorageFull,     ///< no room on the disk
  ReadOnly,        ///< the database may not be written
  Storage,         ///< I/O error, cannot open
  ConnectionLost,  ///< the server is gone; what was not committed is undone
  OutcomeUnknown,  ///< the server went away during a commit: it happened, or it did not
  NotADatabase     ///< something else, damaged, of a newer version, or not to be entered like this
};

/// A statement went wrong in a way that the caller did not ask for as a value. The text names the
/// module, the statement and the next step, and never a bound value. error() is what callers of
/// the module are told: a rule of the kit where they can do something about it, else Internal.
class Fault : public OperationalFault {
 public:
  Fault(FaultKind kind, const std::string& text, std::optional<Constraint> constraint = {});
  FaultKind kind() const { return kind_; }
  const std::optional<Constraint>& constraint() const { return constraint_; }

 private:
  FaultKind kind_;
  std::optional<Constraint> constraint_;
};

}  // namespace banyan::sql
