// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banyan {

/// What went wrong, in terms of what the caller can do about it. The set is closed on purpose:
/// every edge maps each value to one answer (see `http_status`), and a new value is an ADR.
enum class ErrorCode : std::uint8_t {
  InvalidArgument,     ///< the request itself is wrong; repeating it cannot help
  NotFound,            ///< there is nothing under this id
  AlreadyExists,       ///< the thing to create is there already
  Conflict,            ///< somebody else changed it first; read again, then decide
  FailedPrecondition,  ///< the request is fine, the state of the system does not allow it
  Unauthenticated,     ///< say who you are
  PermissionDenied,    ///< we know who you are, and you may not
  ResourceExhausted,   ///< too much at once; try later
  DeadlineExceeded,    ///< no answer in time; whether it happened is unknown
  Unavailable,         ///< nobody there to answer; try later
  Internal,            ///< a fault of ours
};

/// The name of a code as it stands on the wire and in logs, e.g. "not_found".
std::string_view to_string(ErrorCode code);

/// The code of that name; Internal when there is none (a newer peer may know more than we do).
ErrorCode error_code_from(std::string_view name);

/// The HTTP status that stands for the code (RFC 9110 §15).
unsigned http_status(ErrorCode code);

/// The code that an HTTP status of a peer without problem details stands for.
ErrorCode error_code_from_status(unsigned status);

/// One place that is wrong, and why. A refused request lists all of them at once.
struct Detail {
  std::string where;    ///< JSON pointer (RFC 6901) into the request; "" is the whole of it
  std::string problem;  ///< what is wrong there and what was expected
  friend bool operator==(const Detail&, const Detail&) = default;
};

/// An expected failure. Faults (bugs, broken hardware) are exceptions instead.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  /// Stable name of the broken rule, e.g. "orders.out_of_stock". Declared on the operation;
  /// rules of the kit begin with "banyan.". Tests and clients use this, never the text.
  std::string rule;
  std::string message;  ///< for people: what, where, and the next step
  std::vector<Detail> details;
  /// When it makes sense to ask again for what is refused only for now; absent: nobody says.
  std::optional<std::chrono::seconds> retry_after{};
  /// Of a call of another process, said by its transport: not one byte of it has left.
  bool never_sent = false;
  friend bool operator==(const Error&, const Error&) = default;
};

/// A fault of what the module stands on (disk full, database gone) that its callers can be told
/// of: leaves the module as an exception, and the binding answers with `error()`, whose rule
/// begins with "banyan.", unless its code is Internal. what() is for the log.
class OperationalFault : public std::runtime_error {
 public:
  OperationalFault(Error error, const std::string& what)
      : std::runtime_error(what), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace banyan
