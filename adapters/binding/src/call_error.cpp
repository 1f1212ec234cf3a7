// SPDX-License-Identifier: Apache-2.0
#include "call_error.hpp"

namespace banyan::binding {

Error call_error(const upstream::CallFailure& failure, const std::string& dependency,
                 const Context& context, const Clock& clock) {
  const std::string who = "calling " + dependency + ": " + failure.message;
  const std::string unknown =
      failure.provably_unsent ? "." : ". Whether the request was carried out is unknown.";
  const auto unavailable = [&](std::string_view rule, std::string message) {
    return Error{ErrorCode::Unavailable, std::string(rule), std::move(message), {}};
  };
  using Kind = upstream::CallFailure::Kind;
  switch (failure.kind) {
    case Kind::CircuitOpen:
      return unavailable("banyan.circuit_open", dependency +
                                                    " did not answer lately and is given time to "
                                                    "recover; try again later");
    case Kind::Full:
      return unavailable("banyan.dependency_full",
                         dependency +
                             " has as many requests under way as it may; try again soon. This one "
                             "was not sent" +
                             (failure.provably_unsent ? "." : " again" + unknown));
    case Kind::Unreachable: return unavailable("banyan.unreachable", who + unknown);
    case Kind::NoSocket:
      return unavailable("banyan.out_of_sockets",
                         who +
                             ". Give this process a higher limit of open files (ulimit -n, "
                             "LimitNOFILE=).");
    case Kind::Fault: return unavailable("banyan.fault", who + unknown);
    case Kind::Closed: return unavailable("banyan.connection_lost", who + unknown);
    case Kind::Protocol: return unavailable("banyan.unreadable_answer", who + unknown);
    case Kind::TooLarge: return unavailable("banyan.answer_too_large", who + unknown);
    case Kind::Timeout:
    case Kind::Deadline: {
      if (failure.attempts == 0) {
        return {ErrorCode::DeadlineExceeded,
                "banyan.deadline_exceeded",
                "no time is left to ask " + dependency,
                {}};
      }
      const bool late = failure.kind == Kind::Deadline || context.expired(clock);
      return {ErrorCode::DeadlineExceeded,
              late ? "banyan.deadline_exceeded" : "banyan.timeout",
              who + unknown,
              {}};
    }
    case Kind::Request: break;
  }
  return {ErrorCode::InvalidArgument, "banyan.unsendable", who, {}};
}

}  // namespace banyan::binding
