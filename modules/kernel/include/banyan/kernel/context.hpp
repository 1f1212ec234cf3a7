// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan {

/// W3C Trace Context (https://www.w3.org/TR/trace-context/), level 1.
struct TraceContext {
  std::string trace_id;  ///< 32 lower-case hexadecimal digits, not all zero
  std::string span_id;   ///< 16 lower-case hexadecimal digits, not all zero
  bool sampled =
      false;          ///< by whoever said it: the span `span_id` is recorded and will be exported
  std::string state;  ///< `tracestate`, passed on as it came

  /// A trace that begins here. Nobody records it until a Tracer says so.
  static TraceContext make(Random& random);
  /// The next hop of the same trace.
  TraceContext child(Random& random) const;
  std::string traceparent() const;
  /// Nothing when the header is malformed; the caller then starts a trace of its own.
  static std::optional<TraceContext> parse(std::string_view traceparent,
                                           std::string_view tracestate = {});
};

/// Which side of a rollout answers.
enum class Side : std::uint8_t {
  Local,   ///< the module inside this process (the old place)
  Remote,  ///< the module in its own service (the new place)
};

constexpr std::string_view to_string(Side side) { return side == Side::Local ? "local" : "remote"; }

/// A decision that was made once, at the edge, and travels with the request, so that one user
/// action never straddles two versions of a module.
struct RoutingDecision {
  std::string module;
  Side side = Side::Local;
  std::uint64_t revision = 0;  ///< of the routing table that it was made by
  /// Of the module's placement that was known then; 0 is unknown. Where the tables are found at an
  /// older one, the files are not those that the decision was made about (docs/adr/0020).
  std::uint64_t epoch = 0;
  /// A tester has chosen the side, and no table: what comes of it says nothing about either side.
  bool forced = false;
  friend bool operator==(const RoutingDecision&, const RoutingDecision&) = default;
};

class BroughtHome;
class EventDelivery;
class KeyedCommand;
class TraceRecording;

/// May the text be an idempotency key? 1 to 255 visible ASCII characters.
bool is_idempotency_key(std::string_view text);

/// What travels beside a request, through every binding and over every wire.
struct Context {
  SteadyTime deadline;         ///< always there; nobody waits longer than until then
  std::string principal;       ///< who asks; "" is an anonymous visitor
  std::string correlation_id;  ///< one per user action, in every log line that it causes
  TraceContext trace;          ///< what others are told of it
  /// Where this process records the trace (see kernel/tracing.hpp); null: nowhere. Never crosses a
  /// wire.
  std::shared_ptr<TraceRecording> recording;
  /// The span that this process is in there, of which the next ones are children. `trace` names it
  /// only if it will be exported; otherwise the spans of a callee would have a parent that no
  /// collector knows. Never crosses a wire.
  std::array<char, 16> span{};
  std::optional<std::string> idempotency_key;  ///< see is_idempotency_key()
  std::string stickiness_key;  ///< what stickiness goes by: principal, else cookie, else address
  /// From where the client comes, by address (of IPv6 the network that one household has); "" where
  /// the address is not known to be the client's. For limits: nobody makes one up.
  std::string place;
  std::vector<RoutingDecision> routing;
  /// Which modules' reads this action has brought home from a side that failed (see
  /// kernel/fallback.hpp); null: each call decides for itself. Never crosses a wire.
  std::shared_ptr<BroughtHome> brought_home;
  /// Of a copy of somebody's request, for the sake of comparison: nobody waits for what comes of
  /// it, and it says nothing about any side.
  bool copy = false;
  /// The command that the module is carrying out under its idempotency key; never crosses a port.
  std::shared_ptr<KeyedCommand> command;
  /// The event that a module is handling (see kernel/event.hpp); never crosses a wire.
  std::shared_ptr<EventDelivery> delivery;
  /// Set to true by whoever answers with what an earlier execution under this key has answered or
  /// accepted, for the one who asks; null where nobody wants to know. Never crosses a port.
  std::shared_ptr<std::atomic<bool>> replayed;

  /// A fresh context for an action that begins here: own trace, own correlation id.
  static Context begin(std::chrono::milliseconds budget, const Clock& clock, Random& random);

  /// The same action with no more than `budget` from now: a callee may get less time than its
  /// caller has, never more.
  Context within(std::chrono::milliseconds budget, const Clock& clock) const;

  /// The same action under another idempotency key: each step of a saga has its own.
  Context with_key(std::string key) const;

  std::chrono::milliseconds remaining(const Clock& clock) const;
  bool expired(const Clock& clock) const { return clock.steady() >= deadline; }

  /// The decision made earlier for this module, if any.
  const RoutingDecision* routed(std::string_view module) const;
};

}  // namespace banyan
