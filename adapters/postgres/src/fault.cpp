// SPDX-License-Identifier: Apache-2.0
#include "banyan/postgres/fault.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <system_error>
#include <utility>

namespace banyan::postgres {
namespace {

FaultKind kind_of(std::string_view state, std::string_view message) {
  const auto is = [&](std::string_view code) { return state == code; };
  const std::string_view category = state.substr(0, 2);
  if (category == "08" || is("57P01") || is("57P02") || is("57P03") || is("57P05")) {
    return FaultKind::ConnectionLost;
  }
  if (is("40001") || is("40P01")) return FaultKind::Serialization;
  // Two programs that grant rights on the same table at once; the server has no code for it.
  if (is("XX000") && message.starts_with("tuple concurrently")) return FaultKind::Serialization;
  // After a migration, once for each statement that was prepared before it.
  if (is("0A000") && message.find("cached plan") != std::string_view::npos) {
    return FaultKind::Serialization;
  }
  if (is("57014")) return FaultKind::Cancelled;
  if (is("53100")) return FaultKind::Full;
  if (is("55P03") || category == "53") return FaultKind::Busy;
  if (is("25006")) return FaultKind::ReadOnly;
  if (category == "58" || category == "XX") return FaultKind::IoError;
  if (category == "23") return FaultKind::Constraint;
  if (is("42501")) return FaultKind::Denied;
  if (is("42P01") || is("42703") || is("3F000")) return FaultKind::SchemaMissing;
  if (is("P0001")) return FaultKind::Raised;
  return FaultKind::Other;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

// Errors about data quote the value that they are about.
std::string without_value(std::string message, std::string_view state) {
  if (!state.starts_with("22")) return message;
  if (const auto quote = message.find(": \""); quote != std::string::npos) message.resize(quote);
  return message;
}

Constraint constraint_of(const PGresult* result, std::string_view state) {
  Constraint constraint;
  if (state == "23505") constraint.kind = Constraint::Kind::Unique;
  if (state == "23503") constraint.kind = Constraint::Kind::ForeignKey;
  if (state == "23514") constraint.kind = Constraint::Kind::Check;
  if (state == "23502") constraint.kind = Constraint::Kind::NotNull;
  constraint.name = field(result, PG_DIAG_CONSTRAINT_NAME);
  constraint.table = field(result, PG_DIAG_TABLE_NAME);
  constraint.column = field(result, PG_DIAG_COLUMN_NAME);
  return constraint;
}

std::optional<std::size_t> position_of(const PGresult* result) {
  const std::string text = field(result, PG_DIAG_STATEMENT_POSITION);
  std::size_t position = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), position);
  if (read.ec != std::errc() || position == 0) return std::nullopt;
  return position - 1;
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

Fault::Fault(std::string sqlstate, std::string message, std::optional<Constraint> constraint,
             std::optional<std::size_t> position)
    : std::runtime_error(message),
      sqlstate_(std::move(sqlstate)),
      message_(std::move(message)),
      kind_(kind_of(sqlstate_, message_)),
      constraint_(std::move(constraint)),
      position_(position) {}

Fault fault_of(const PGconn* connection, const PGresult* result) {
  std::string state = result == nullptr ? "" : field(result, PG_DIAG_SQLSTATE);
  const bool lost = connection == nullptr || PQstatus(connection) != CONNECTION_OK;
  if (state.empty()) {
    const std::string why = connection == nullptr ? "" : first_line(PQerrorMessage(connection));
    return {lost ? "08006" : "XX000", why.empty() ? "the server did not answer" : why};
  }
  std::string message = without_value(field(result, PG_DIAG_MESSAGE_PRIMARY), state);
  std::optional<Constraint> constraint;
  if (state.starts_with("23")) constraint = constraint_of(result, state);
  return {std::move(state), std::move(message), std::move(constraint), position_of(result)};
}

std::string_view next_step(FaultKind kind) {
  switch (kind) {
    case FaultKind::ConnectionLost: return "Is the server running, and is the address right?";
    case FaultKind::Full: return "The server's disk is full; make room.";
    case FaultKind::ReadOnly: return "Is it a standby, or in recovery?";
    case FaultKind::IoError: return "Look into the server's log.";
    case FaultKind::SchemaMissing:
      return "Is a migration missing, or has it not run on this database?";
    case FaultKind::Busy: return "pg_stat_activity shows who holds it.";
    case FaultKind::Serialization:
    case FaultKind::Cancelled:
    case FaultKind::Constraint:
    case FaultKind::Denied:
    case FaultKind::Raised:
    case FaultKind::Other: break;
  }
  return "";
}

}  // namespace banyan::postgres
