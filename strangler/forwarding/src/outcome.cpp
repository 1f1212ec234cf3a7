// SPDX-License-Identifier: Apache-2.0
#include "forwarding/outcome.hpp"

namespace banyan::strangler {

std::string_view to_string(ForwardFailure failure) {
  switch (failure) {
    case ForwardFailure::None: return "none";
    case ForwardFailure::Unreachable: return "unreachable";
    case ForwardFailure::Overloaded: return "overloaded";
    case ForwardFailure::NoSocket: return "no_socket";
    case ForwardFailure::Closed: return "closed";
    case ForwardFailure::Timeout: return "timeout";
    case ForwardFailure::Protocol: return "protocol";
    case ForwardFailure::Truncated: return "truncated";
    case ForwardFailure::BadRequest: return "bad_request";
    case ForwardFailure::ClientGone: return "client_gone";
    case ForwardFailure::Fault: return "fault";
  }
  return "none";
}

bool Outcome::upstream_failed() const {
  switch (failure) {
    case ForwardFailure::None: return status >= 500;
    case ForwardFailure::NoSocket:
    case ForwardFailure::BadRequest:
    case ForwardFailure::ClientGone:
    case ForwardFailure::Fault: return false;
    default: return true;
  }
}

}  // namespace banyan::strangler
