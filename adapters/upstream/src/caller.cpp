// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/caller.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "banyan/upstream/attempts.hpp"

namespace banyan::upstream {
namespace {

using Kind = CallFailure::Kind;

Kind kind_of(http::ClientFailure::Kind kind) {
  switch (kind) {
    case http::ClientFailure::Kind::Connect: return Kind::Unreachable;
    case http::ClientFailure::Kind::NoSocket: return Kind::NoSocket;
    case http::ClientFailure::Kind::Timeout: return Kind::Timeout;
    case http::ClientFailure::Kind::Closed: return Kind::Closed;
    case http::ClientFailure::Kind::Protocol: return Kind::Protocol;
    case http::ClientFailure::Kind::TooLarge: return Kind::TooLarge;
    case http::ClientFailure::Kind::Request: return Kind::Request;
    case http::ClientFailure::Kind::Fault: return Kind::Fault;
  }
  return Kind::Closed;
}

/// A request that cannot be sent, a process without sockets, a fault and a limit of ours say
/// nothing about the other side, and neither does the end of a connection that had been kept too
/// long.
bool blames_instance(Kind kind, bool stale) {
  return kind != Kind::Request && kind != Kind::NoSocket && kind != Kind::TooLarge &&
         kind != Kind::Deadline && kind != Kind::Fault && !stale;
}

/// What may go better the next time.
bool is_transient(Kind kind) {
  return kind == Kind::Unreachable || kind == Kind::Closed || kind == Kind::Timeout;
}

/// On the loops in turn.
Caller::Transport by_loops(std::shared_ptr<Group> group, std::shared_ptr<http::Loops> loops,
                           http::AnswerEnd end) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return [group = std::move(group), loops = std::move(loops), next = std::move(next), end](
             const http::Endpoint& endpoint, const http::Request& request, SteadyTime deadline,
             http::Repeat repeat) {
    const std::size_t turn = next->fetch_add(1, std::memory_order_relaxed);
    return http::ask(loops->at(turn % loops->size()), group->connections(), endpoint, request,
                     deadline, repeat, {.end = end});
  };
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Unreachable: return "unreachable";
    case Kind::NoSocket: return "no_socket";
    case Kind::Full: return "full";
    case Kind::CircuitOpen: return "circuit_open";
    case Kind::Timeout: return "timeout";
    case Kind::Deadline: return "deadline";
    case Kind::Closed: return "closed";
    case Kind::Protocol: return "protocol";
    case Kind::TooLarge: return "too_large";
    case Kind::Request: return "request";
    case Kind::Fault: return "fault";
  }
  return "";
}

Caller::Caller(std::shared_ptr<Group> group, std::shared_ptr<http::Loops> loops, const Clock& clock,
               http::AnswerEnd end)
    : group_(std::move(group)),
      transport_(by_loops(group_, std::move(loops), end)),
      clock_(&clock) {}

Caller::Caller(std::shared_ptr<Group> group, Transport transport, const Clock& clock)
    : group_(std::move(group)), transport_(std::move(transport)), clock_(&clock) {}

std::expected<http::Response, CallFailure> Caller::call(http::Request request,
                                                        const Order& order) const {
  Attempts attempts(*group_);
  CallFailure last{.kind = Kind::Deadline, .message = {}, .provably_unsent = true};
  const auto stop = [&](Kind kind) {
    last.kind = kind;
    last.attempts = attempts.made();
    return std::unexpected(std::move(last));
  };
  while (true) {
    const SteadyTime now = clock_->steady();
    if (now >= order.deadline) return stop(Kind::Deadline);
    switch (attempts.begin()) {
      case Attempts::Begun::Full: return stop(Kind::Full);
      case Attempts::Begun::Open: return stop(Kind::CircuitOpen);
      case Attempts::Begun::Yes: break;
    }
    const SteadyTime until = std::min(order.deadline, now + order.attempt_time);
    if (order.prepare) order.prepare(request.head, until);
    auto answer = transport_(attempts.endpoint(), request, until, order.repeat);
    if (answer) {
      attempts.answered(answer->head.status);
      return std::move(*answer);
    }
    http::ClientFailure& failure = answer.error();
    Kind kind = kind_of(failure.kind);
    // A caller in a hurry says nothing about the other side.
    if (kind == Kind::Timeout && clock_->steady() >= order.deadline) kind = Kind::Deadline;
    last.message = std::move(failure.message);
    last.provably_unsent = last.provably_unsent && failure.provably_unsent;
    if (blames_instance(kind, failure.stale)) {
      attempts.failed();
    } else {
      attempts.forgo();
    }
    const bool in_time = clock_->steady() < order.deadline;
    const bool again =
        in_time && is_transient(kind) &&
        attempts.may_go_on(failure.provably_unsent, order.repeat == http::Repeat::Safe);
    if (!again) return stop(kind);
    if (!failure.provably_unsent && order.repeated) order.repeated();
  }
}

}  // namespace banyan::upstream
