// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/endpoint.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/tracing.hpp"

namespace banyan::strangler {

enum class ForwardFailure : std::uint8_t {
  None,
  Unreachable,     ///< no connection; the client was told 503
  Overloaded,      ///< no instance had room; the client was told 503
  CircuitOpen,     ///< the upstream's breaker is open; the client was told 503
  NoSocket,        ///< this process can make no connection; the client was told 503
  Closed,          ///< the connection ended without an answer; the client was told 502
  Timeout,         ///< no answer in time; the client was told 504
  AnswerTooLarge,  ///< the answer goes beyond our limits; the client was told 502
  Protocol,        ///< the answer was malformed or ambiguous; the client was told 502
  Truncated,       ///< the answer broke off after it had begun: the client was cut off too
  BadRequest,      ///< the request's body was refused, or the request cannot be passed on
  ClientGone,      ///< the client went away; nobody's fault
  Fault,           ///< an exception in this process; the client was told 500, or cut off
};
std::string_view to_string(ForwardFailure failure);

/// Whether it is nobody's fault but the client's.
bool is_clients_doing(ForwardFailure failure);

/// Says in the span of a request, or of the attempt to forward it, what kept it from its whole
/// answer; nothing when nothing did. What the client did is said, but is no error.
void note_failure(Span& span, ForwardFailure failure, std::string_view message) noexcept;

/// An attempt after which there was another one. Both times count from forward().
struct FailedAttempt {
  http::Endpoint endpoint;
  std::string_view failure;  ///< "connect", "closed", …
  std::string message;       ///< for people
  std::chrono::nanoseconds began{};
  std::chrono::nanoseconds ended{};
};

/// How a side failed in whose place the other one was asked. The time counts from forward().
struct SideFailure {
  Side side = Side::Remote;
  ForwardFailure failure = ForwardFailure::None;  ///< None: it answered with `status`
  unsigned status = 0;
  bool provably_unsent = false;  ///< not a byte of the request left
  bool request_kept = false;     ///< what has come of the request is in hand, to be sent again
  /// What the client sends has come to its end, and is in hand; or nobody has asked for it yet.
  bool request_whole = false;
  http::Endpoint endpoint;
  std::string message;  ///< for people
  unsigned attempts = 0;
  std::chrono::nanoseconds took{};
};
/// In a word: "timeout", "status_503".
std::string reason_of(const SideFailure& failure);

/// What became of one forwarded exchange: for metrics, logs and evidence.
struct Outcome {
  Side side = Side::Local;
  http::Endpoint endpoint;     ///< of the last attempt
  unsigned status = 0;         ///< that the client was told; 0 when it was told nothing
  bool from_upstream = false;  ///< the status is the upstream's own
  ForwardFailure failure = ForwardFailure::None;
  std::string message;  ///< what went wrong, for people
  unsigned attempts = 0;
  std::optional<FailedAttempt> failed_attempt;  ///< the one before the last
  std::uint64_t answer_bytes = 0;      ///< of the upstream's answer's body that the client was sent
  std::chrono::nanoseconds took{};     ///< from forward() to the last byte
  std::chrono::nanoseconds to_head{};  ///< from forward() to the head of the answer; 0: none came
  /// The answer is a stream of events, or the connection switched protocols: how long it took says
  /// nothing about whoever answered.
  bool stream = false;
  bool new_cookie = false;  ///< the client was sent ForwardOrder::new_cookie
  /// The side that was asked first, if it has failed and another one was asked in its place: its
  /// failure, whatever came of that.
  std::optional<SideFailure> in_place_of{};

  bool aborted_by_client() const { return failure == ForwardFailure::ClientGone; }
  /// Whether it counts against the side that was asked.
  bool upstream_failed() const;
};

}  // namespace banyan::strangler
