// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/error.hpp"

#include <array>

namespace banyan {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  unsigned status;
};

constexpr std::array<Row, 11> kRows{{
    {ErrorCode::InvalidArgument, "invalid_argument", 400},
    {ErrorCode::NotFound, "not_found", 404},
    {ErrorCode::AlreadyExists, "already_exists", 409},
    {ErrorCode::Conflict, "conflict", 409},
    {ErrorCode::FailedPrecondition, "failed_precondition", 422},
    {ErrorCode::Unauthenticated, "unauthenticated", 401},
    {ErrorCode::PermissionDenied, "permission_denied", 403},
    {ErrorCode::ResourceExhausted, "resource_exhausted", 429},
    {ErrorCode::DeadlineExceeded, "deadline_exceeded", 504},
    {ErrorCode::Unavailable, "unavailable", 503},
    {ErrorCode::Internal, "internal", 500},
}};

}  // namespace

std::string_view to_string(ErrorCode code) { return kRows.at(static_cast<std::size_t>(code)).name; }

ErrorCode error_code_from(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.code;
  }
  return ErrorCode::Internal;
}

unsigned http_status(ErrorCode code) { return kRows.at(static_cast<std::size_t>(code)).status; }

ErrorCode error_code_from_status(unsigned status) {
  if (status == 409) return ErrorCode::Conflict;
  if (status == 408) return ErrorCode::DeadlineExceeded;
  if (status == 502) return ErrorCode::Unavailable;
  for (const Row& row : kRows) {
    if (row.status == status) return row.code;
  }
  return status >= 400 && status < 500 ? ErrorCode::InvalidArgument : ErrorCode::Internal;
}

}  // namespace banyan
