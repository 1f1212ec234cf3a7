// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/outcome.hpp"

#include "banyan/tracing/http_spans.hpp"

namespace banyan::strangler {

std::string_view to_string(ForwardFailure failure) {
  switch (failure) {
    case ForwardFailure::None: return "none";
    case ForwardFailure::Unreachable: return "unreachable";
    case ForwardFailure::Overloaded: return "overloaded";
    case ForwardFailure::CircuitOpen: return "circuit_open";
    case ForwardFailure::NoSocket: return "no_socket";
    case ForwardFailure::Closed: return "closed";
    case ForwardFailure::Timeout: return "timeout";
    case ForwardFailure::AnswerTooLarge: return "answer_too_large";
    case ForwardFailure::Protocol: return "protocol";
    case ForwardFailure::Truncated: return "truncated";
    case ForwardFailure::BadRequest: return "bad_request";
    case ForwardFailure::ClientGone: return "client_gone";
    case ForwardFailure::Fault: return "fault";
  }
  return "none";
}

std::string reason_of(const SideFailure& failure) {
  return failure.failure == ForwardFailure::None ? "status_" + std::to_string(failure.status)
                                                 : std::string(to_string(failure.failure));
}

bool is_clients_doing(ForwardFailure failure) {
  return failure == ForwardFailure::BadRequest || failure == ForwardFailure::ClientGone;
}

void note_failure(Span& span, ForwardFailure failure, std::string_view message) noexcept {
  if (failure == ForwardFailure::None) return;
  if (is_clients_doing(failure)) {
    span.set("error.type", to_string(failure));
  } else {
    tracing::failed(span, to_string(failure), message);
  }
}

bool Outcome::upstream_failed() const {
  switch (failure) {
    case ForwardFailure::None: return status >= 500;
    case ForwardFailure::NoSocket:
    case ForwardFailure::AnswerTooLarge:
    case ForwardFailure::BadRequest:
    case ForwardFailure::ClientGone:
    case ForwardFailure::Fault: return false;
    default: return true;
  }
}

}  // namespace banyan::strangler
