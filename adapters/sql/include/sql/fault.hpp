// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::sql {

enum class ConstraintKind : std::uint8_t { Unique, ForeignKey, Check, NotNull, Other };

/// A rule of the schema that a statement would have broken.
struct Constraint {
  ConstraintKind kind = ConstraintKind::Other;
  std::string table;                 ///< "" when the database does not say (foreign keys)
  std::vector<std::string> columns;  ///< Unique and NotNull; empty otherwise
  std::string name;                  ///< Check: its name or its expression; "" otherwise
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

/// "unique constraint on orders(key)": for people and logs.
std::string to_string(const Constraint& constraint);

enum class FaultKind : std::uint8_t {
  Misuse,       ///< the statement or the way it is used is wrong: a bug
  Ownership,    ///< the ownership guard said no
  Constraint,   ///< see constraint()
  Moved,        ///< BANYAN_MOVED: the table's rows are somewhere else by now
  Busy,         ///< somebody else holds the database
  Storage,      ///< disk full, I/O error, read-only, cannot open
  NotADatabase  ///< the file is something else, or damaged
};

/// A statement went wrong in a way that the caller did not ask for as a value. The text names the
/// module, the statement and the next step, and never a bound value.
class Fault : public std::runtime_error {
 public:
  Fault(FaultKind kind, const std::string& text, std::optional<Constraint> constraint = {})
      : std::runtime_error(text), kind_(kind), constraint_(std::move(constraint)) {}
  FaultKind kind() const { return kind_; }
  const std::optional<Constraint>& constraint() const { return constraint_; }

 private:
  FaultKind kind_;
  std::optional<Constraint> constraint_;
};

}  // namespace banyan::sql
