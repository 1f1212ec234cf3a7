// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/error_origin.hpp"

namespace banyan {
namespace {

/// No sockets, a limit on what is read, an exception in the asking or the end of the process. A
/// module's own fault has the same rule, but is Internal (see fault_of() in kernel/bindings.hpp).
bool could_not_ask(const Error& error) {
  if (error.rule == "banyan.fault") return error.code == ErrorCode::Unavailable;
  return error.rule == "banyan.out_of_sockets" || error.rule == "banyan.answer_too_large";
}

}  // namespace

ErrorOrigin origin_of(const Error& error) {
  if (!error.rule.starts_with("banyan.")) return ErrorOrigin::Module;
  if (error.rule == "banyan.foreign_answer") return ErrorOrigin::Stranger;
  if (could_not_ask(error)) return ErrorOrigin::Kit;
  switch (error.code) {
    case ErrorCode::Unavailable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::Internal: return ErrorOrigin::Module;
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::Conflict:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::Unauthenticated:
    case ErrorCode::PermissionDenied:
    case ErrorCode::ResourceExhausted: break;
  }
  return ErrorOrigin::Kit;
}

bool is_without_answer(const Error& error) {
  if (!error.rule.starts_with("banyan.")) return false;
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::DeadlineExceeded ||
         error.code == ErrorCode::Internal;
}

bool is_still_running(const Error& error) { return error.rule == "banyan.command_running"; }

}  // namespace banyan
