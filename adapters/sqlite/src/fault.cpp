// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/fault.hpp"

#include <sqlite3.h>

#include <utility>

namespace banyan::sqlite {
namespace {

constexpr std::size_t kMostShownSql = 200;

FaultKind kind_of(int extended_code, std::string_view message) {
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return FaultKind::Busy;
    case SQLITE_FULL: return FaultKind::Full;
    case SQLITE_READONLY: return FaultKind::ReadOnly;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return FaultKind::CannotOpen;
    case SQLITE_IOERR: return FaultKind::IoError;
    case SQLITE_NOTADB: return FaultKind::NotADatabase;
    case SQLITE_CORRUPT: return FaultKind::Corrupt;
    case SQLITE_CONSTRAINT: return FaultKind::Constraint;
    case SQLITE_INTERRUPT: return FaultKind::Interrupted;
    case SQLITE_MISUSE:
    case SQLITE_RANGE: return FaultKind::Misuse;
    default: break;
  }
  const bool missing = message.starts_with("no such table") ||
                       message.starts_with("no such column") || message.contains("has no column");
  return missing ? FaultKind::SchemaMissing : FaultKind::Other;
}

// "orders.key, orders.customer" -> orders, {key, customer}
void read_columns(std::string_view list, Constraint& constraint) {
  if (list.starts_with("index ")) {
    constraint.name = list.substr(6);
    return;
  }
  while (!list.empty()) {
    const auto comma = list.find(", ");
    const auto item = list.substr(0, comma);
    if (const auto dot = item.find('.'); dot != std::string_view::npos) {
      constraint.table = item.substr(0, dot);
      constraint.columns.emplace_back(item.substr(dot + 1));
    }
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 2);
  }
}

std::optional<Constraint> constraint_of(int extended_code, std::string_view message) {
  if ((extended_code & 0xff) != SQLITE_CONSTRAINT) return std::nullopt;
  constexpr std::string_view kMark = "constraint failed: ";
  const auto at = message.find(kMark);
  const auto what = at == std::string_view::npos ? at : at + kMark.size();
  const auto rest = at == std::string_view::npos ? std::string_view{} : message.substr(what);
  Constraint constraint;
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      constraint.kind = ConstraintKind::Unique;
      read_columns(rest, constraint);
      break;
    case SQLITE_CONSTRAINT_NOTNULL:
      constraint.kind = ConstraintKind::NotNull;
      read_columns(rest, constraint);
      break;
    case SQLITE_CONSTRAINT_CHECK:
      constraint.kind = ConstraintKind::Check;
      constraint.name = rest;
      break;
    case SQLITE_CONSTRAINT_FOREIGNKEY: constraint.kind = ConstraintKind::ForeignKey; break;
    case SQLITE_CONSTRAINT_TRIGGER:
      constraint.kind = ConstraintKind::Trigger;
      constraint.name = message;
      break;
    default: constraint.name = message; break;
  }
  return constraint;
}

std::string shown(const std::string& message, std::string_view sql) {
  if (sql.empty()) return message;
  std::size_t end = std::min(sql.size(), kMostShownSql);
  while (end < sql.size() && end > 0 && (static_cast<unsigned char>(sql[end]) & 0xC0) == 0x80) {
    --end;
  }
  return message + " (in: " + std::string(sql.substr(0, end)) + ")";
}

}  // namespace

Fault::Fault(int extended_code, std::string message, std::string_view sql,
             std::optional<std::size_t> offset)
    : std::runtime_error(shown(message, sql)),
      extended_code_(extended_code),
      kind_(kind_of(extended_code, message)),
      message_(std::move(message)),
      offset_(offset),
      constraint_(constraint_of(extended_code, message_)) {}

Fault::Fault(FaultKind kind, std::string message, std::string_view sql)
    : std::runtime_error(shown(message, sql)),
      extended_code_(kind == FaultKind::CannotOpen ? SQLITE_CANTOPEN
                     : kind == FaultKind::ReadOnly ? SQLITE_READONLY
                     : kind == FaultKind::Corrupt  ? SQLITE_CORRUPT
                                                   : SQLITE_MISUSE),
      kind_(kind),
      message_(std::move(message)) {}

std::string_view next_step(FaultKind kind) {
  switch (kind) {
    case FaultKind::Busy: return "Another program holds the database; find it with `fuser FILE`.";
    case FaultKind::Full: return "The disk is full; make room.";
    case FaultKind::ReadOnly: return "Give the process the right to write the file and its folder.";
    case FaultKind::CannotOpen:
      return "Check that the file and its folder exist and may be written.";
    case FaultKind::IoError: return "Check the disk and the system's log.";
    case FaultKind::NotADatabase: return "The file is something else; name another one.";
    case FaultKind::Corrupt: return "The file is damaged; restore a backup.";
    case FaultKind::SchemaMissing: return "Is a migration missing, or has it not run on this file?";
    case FaultKind::Constraint:
    case FaultKind::Interrupted:
    case FaultKind::Misuse:
    case FaultKind::Other: break;
  }
  return "";
}

}  // namespace banyan::sqlite
