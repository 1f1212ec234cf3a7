// SPDX-License-Identifier: Apache-2.0
#include "failure_answer.hpp"

#include <string>

namespace banyan::strangler {
namespace {

/// What becomes of a request that is asked again.
std::string_view outcome_of(bool unsent) {
  return unsent ? "; the request was not sent, so asking again cannot do it twice"
                : "; whether the request was carried out is unknown";
}

}  // namespace

ForwardFailure failure_of(const http::UpstreamFailure& failure) {
  using Kind = http::UpstreamFailure::Kind;
  switch (failure.kind) {
    case Kind::Connect: return ForwardFailure::Unreachable;
    case Kind::NoSocket: return ForwardFailure::NoSocket;
    case Kind::Timeout:
    case Kind::Deadline: return ForwardFailure::Timeout;
    case Kind::Closed: return ForwardFailure::Closed;
    case Kind::Protocol: return ForwardFailure::Protocol;
    case Kind::TooLarge: return ForwardFailure::AnswerTooLarge;
    case Kind::Request: return ForwardFailure::BadRequest;
    case Kind::Cancelled: return ForwardFailure::ClientGone;
    case Kind::Fault: return ForwardFailure::Fault;
  }
  return ForwardFailure::Protocol;
}

http::Refusal answer_to(const http::UpstreamFailure& failure, std::string_view group) {
  const std::string upstream = "the upstream '" + std::string(group) + "' ";
  const std::string outcome(outcome_of(failure.provably_unsent));
  switch (failure_of(failure)) {
    case ForwardFailure::Unreachable:
      return {503, "proxy.upstream_unreachable", upstream + "cannot be reached" + outcome};
    case ForwardFailure::NoSocket:
      return {503, "proxy.out_of_sockets",
              "the proxy can make no connection to the upstream '" + std::string(group) +
                  "', since it has too many files open" + outcome};
    case ForwardFailure::Timeout:
      return {504, "proxy.upstream_timeout", upstream + "did not answer in time" + outcome};
    case ForwardFailure::Closed:
      return {502, "proxy.upstream_closed", upstream + "closed without an answer" + outcome};
    case ForwardFailure::BadRequest:
      return {500, "proxy.request_not_forwardable", "the request cannot be passed on"};
    case ForwardFailure::AnswerTooLarge:
      return {502, "proxy.answer_too_large",
              upstream +
                  "gave an answer whose head goes beyond a limit of the proxy; raise "
                  "max_answer_head or max_answer_fields of that upstream; the request may have "
                  "been carried out"};
    case ForwardFailure::Fault: return fault_answer();
    default:
      return {502, "proxy.upstream_protocol",
              upstream + "gave an answer that is not one, or can be read in two ways" + outcome};
  }
}

http::Refusal too_slow_answer() {
  return {408, "proxy.too_slow",
          "the time that there is for a whole exchange was over, and most of it had gone into "
          "waiting for the request"};
}

http::Refusal fault_answer() {
  return {500, "proxy.fault",
          "the proxy failed at this request, and its log has the cause; whether the request was "
          "carried out is unknown"};
}

http::Refusal open_answer(std::string_view group, bool unsent) {
  return {503, "proxy.circuit_open",
          "the upstream '" + std::string(group) +
              "' did not answer lately and is given time to recover" +
              std::string(outcome_of(unsent))};
}

http::Refusal overload_answer(std::string_view group, bool unsent) {
  return {503, "proxy.upstream_full",
          "every instance of the upstream '" + std::string(group) +
              "' has as many requests, or uploads, under way as it may, or as many uploads of this "
              "client as leave room for others" +
              std::string(outcome_of(unsent))};
}

}  // namespace banyan::strangler
