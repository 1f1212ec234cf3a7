// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

std::string_view name_of(ConstraintKind kind) {
  switch (kind) {
    case ConstraintKind::Unique: return "unique constraint";
    case ConstraintKind::ForeignKey: return "foreign key";
    case ConstraintKind::Check: return "check constraint";
    case ConstraintKind::NotNull: return "not-null constraint";
    case ConstraintKind::Other: break;
  }
  return "constraint";
}

Error error_of(FaultKind kind) {
  const auto unavailable = [](std::string rule, std::string message) {
    return Error{ErrorCode::Unavailable, std::move(rule), std::move(message), {}};
  };
  switch (kind) {
    case FaultKind::Busy:
      return unavailable("banyan.database_busy",
                         "another program holds the database; nothing was changed, try again");
    case FaultKind::Serialization:
      return unavailable("banyan.database_busy",
                         "too many changes at once were in each other's way; nothing was changed, "
                         "try again");
    case FaultKind::StorageFull:
      return unavailable("banyan.storage_full",
                         "the database's disk is full; nothing was changed. It goes on by itself "
                         "as soon as there is room");
    case FaultKind::ReadOnly:
      return unavailable("banyan.storage_read_only",
                         "the database may not be written now; nothing was changed");
    case FaultKind::Storage:
      return unavailable("banyan.storage_failed",
                         "the database cannot be used; nothing was changed. The log has the cause "
                         "under this correlation id");
    case FaultKind::ConnectionLost:
      return unavailable("banyan.database_unreachable",
                         "the database cannot be reached; nothing was changed, try again");
    case FaultKind::Deadline:
      return {ErrorCode::DeadlineExceeded,
              "banyan.deadline_exceeded",
              "the deadline passed while the database was at work; nothing was changed",
              {}};
    case FaultKind::OutcomeUnknown:
      return {ErrorCode::DeadlineExceeded,
              "banyan.outcome_unknown",
              "the database went away while the change was committed: it has happened, or it has "
              "not. Look before you repeat it",
              {}};
    case FaultKind::Moved:
      return unavailable(
          "banyan.module_moving",
          "the module's tables are being moved; nothing was changed, try again. When "
          "it stays so, run the same `banyan schema move` again: it completes or "
          "undoes the move");
    case FaultKind::Outdated:
      return unavailable(
          "banyan.placement_outdated",
          "a file of this database is older than what is known of where the module's tables are: "
          "they have moved since, and there they have not, as in a backup that was restored alone. "
          "Nothing was changed. Put back the files of one time, the newest, and start the process "
          "again");
    case FaultKind::Replaced:
      return unavailable(
          "banyan.database_replaced",
          "the database's file was moved, removed or replaced while the process runs; nothing was "
          "changed. Put the file back that was there, or start the process again");
    case FaultKind::Misuse:
    case FaultKind::Ownership:
    case FaultKind::Constraint:
    case FaultKind::NotADatabase: break;
  }
  return {};
}

}  // namespace

Fault::Fault(FaultKind kind, const std::string& text, std::optional<Constraint> constraint)
    : OperationalFault(error_of(kind), text), kind_(kind), constraint_(std::move(constraint)) {}

std::string to_string(const Constraint& constraint) {
  std::string text(name_of(constraint.kind));
  if (!constraint.name.empty()) text += " '" + constraint.name + "'";
  if (!constraint.table.empty()) text += " on " + constraint.table;
  if (!constraint.columns.empty()) {
    text += '(';
    for (const auto& column : constraint.columns) {
      if (text.back() != '(') text += ", ";
      text += column;
    }
    text += ')';
  }
  return text;
}

}  // namespace banyan::sql
