// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <string_view>

namespace banyan::postgres {
namespace {

constexpr const char* kInvalidParameter = "22023";
constexpr const char* kInvalidPassword = "28P01";

PGPing ping(const std::string& connection) {
  // A server that says no does so at once. What comes last wins.
  const char* const keys[] = {"dbname", "connect_timeout", nullptr};
  const char* const values[] = {connection.c_str(), "2", nullptr};
  return PQpingParams(keys, values, 1);
}

// "connection to server on socket … failed: FATAL:  28P01", as PQERRORS_SQLSTATE has it; "" when
// the line is not a server's.
std::string_view code_in(std::string_view line) {
  constexpr std::string_view kBefore = "  ";
  constexpr std::size_t kLength = 5;
  if (line.size() < kBefore.size() + kLength) return "";
  const std::string_view code = line.substr(line.size() - kLength);
  const bool is_code = std::ranges::all_of(
      code, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
  line.remove_suffix(kLength);
  return is_code && line.ends_with(kBefore) ? code : "";
}

// Of several servers, a line for each: one of them that is away, or full, may be the one that would
// have let us in.
std::string code_of(std::string_view lines) {
  std::string code;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    code = code_in(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const FaultKind kind = Fault(code, "").kind();
    if (code.empty() || kind == FaultKind::ConnectionLost || kind == FaultKind::Busy) break;
  }
  return code;
}

}  // namespace

std::optional<Fault> refusal_of(PGconn* failed, const std::string& connection) {
  const Fault away = fault_of(failed, nullptr);
  if (failed == nullptr) return away;
  switch (ping(connection)) {
    case PQPING_OK: break;
    case PQPING_NO_ATTEMPT: return Fault(kInvalidParameter, away.message());
    case PQPING_REJECT:  // it starts, or it stops
    case PQPING_NO_RESPONSE: return away;
  }
  PQsetErrorVerbosity(failed, PQERRORS_SQLSTATE);
  PQreset(failed);
  if (PQstatus(failed) == CONNECTION_OK) {
    PQsetErrorVerbosity(failed, PQERRORS_DEFAULT);
    return std::nullopt;
  }
  const std::string code =
      PQconnectionNeedsPassword(failed) != 0 ? kInvalidPassword : code_of(PQerrorMessage(failed));
  if (code.empty()) return away;
  const Fault refused(code, away.message());
  const bool passes =
      refused.kind() == FaultKind::ConnectionLost || refused.kind() == FaultKind::Busy;
  if (passes) return refused;
  return Fault(code, away.message() +
                         ". The server is there: it is the user, the password, the database or an "
                         "option of the address that is not right");
}

}  // namespace banyan::postgres
