// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "banyan/http/answer_end.hpp"
#include "banyan/http/client.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/upstream/group.hpp"

namespace banyan::upstream {

/// Why a call has no answer.
struct CallFailure {
  enum class Kind : std::uint8_t {
    Unreachable,  ///< no instance could be connected to
    NoSocket,     ///< this process can make no socket
    Full,         ///< every instance has as many requests under way as it may
    CircuitOpen,  ///< the breaker is open
    Timeout,      ///< no complete answer within the time of an attempt
    Deadline,     ///< the call's deadline passed, or had passed before anything was sent
    Closed,       ///< the connection ended before the answer was complete
    Protocol,     ///< the answer is not one
    TooLarge,     ///< the answer is longer than our limits, http::kMostAnswerBytes among them
    Request,      ///< the request itself cannot be sent
    Fault,        ///< an exception in this process, or its end
  };
  Kind kind = Kind::Unreachable;
  std::string message;           ///< of the last attempt; "" where none was made
  bool provably_unsent = false;  ///< not one byte of the request left, in any attempt
  unsigned attempts = 0;
};
std::string_view to_string(CallFailure::Kind kind);

/// Calls a dependency from a worker thread and waits for the answer: the same instances, health,
/// connections, breaker and retries as for what is forwarded to it. Safe for concurrent use; not on
/// a loop.
class Caller {
 public:
  /// One attempt at one instance, as http::ask() makes it: with a second one, on a fresh
  /// connection, where a kept one had ended and that can do no harm. Blocks, never beyond
  /// `deadline`. Called from several threads at once.
  using Transport = std::function<std::expected<http::Response, http::ClientFailure>(
      const http::Endpoint&, const http::Request&, SteadyTime deadline, http::Repeat)>;

  /// The sockets are the loops', which callers may share. `end`: how answers may end. `clock` must
  /// outlive the caller.
  Caller(std::shared_ptr<Group> group, std::shared_ptr<http::Loops> loops, const Clock& clock,
         http::AnswerEnd end = http::AnswerEnd::IsTold);
  /// With another network.
  Caller(std::shared_ptr<Group> group, Transport transport, const Clock& clock);

  struct Order {
    SteadyTime deadline;                       ///< of the call with all its attempts
    std::chrono::milliseconds attempt_time{};  ///< of one attempt
    http::Repeat repeat = http::Repeat::Never;
    /// Before each attempt, with the deadline of that one; may be empty.
    std::function<void(http::RequestHead&, SteadyTime attempt_deadline)> prepare{};
    /// After each attempt that may have arrived and had no answer, when another one follows; may be
    /// empty.
    std::function<void()> repeated{};
  };
  std::expected<http::Response, CallFailure> call(http::Request request, const Order& order) const;

  const std::shared_ptr<Group>& group() const noexcept { return group_; }

 private:
  const std::shared_ptr<Group> group_;
  const Transport transport_;
  const Clock* clock_;
};

/// The calling half of the network seam (docs/how-to/write-a-network-adapter.md): the connections
/// to the instances of a group, with its options, by some network library; instances, health,
/// breaker and retries are the Caller's. Throws std::runtime_error, with the next step in its text,
/// for options that the library cannot do.
using MakeTransport = std::function<Caller::Transport(std::shared_ptr<Group> group)>;

}  // namespace banyan::upstream
