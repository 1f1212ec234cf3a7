// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "access_log.hpp"
#include "banyan/forwarding/outcome.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/serving/failure_log.hpp"
#include "banyan/telemetry/metrics.hpp"
#include "fall_through.hpp"
#include "listeners.hpp"
#include "refusals.hpp"
#include "side_health.hpp"
#include "visits.hpp"

namespace banyan::serving {

struct Target;
struct Transaction;

/// What the figures have in place of a module for requests that are for none.
inline constexpr std::string_view kNoTarget = "none";
inline constexpr std::string_view kOperators = "operators";
/// The way of what is neither of a module nor of a route, and is never forgotten with one.
inline constexpr std::string_view kOwn = "own";

/// The one place where what happened to a request is recorded: the counters and times of its target
/// and side, the health of the sides of its rollout, the access log, the log of failures. Who
/// wants to know (metrics, dashboard, promotion) reads it there. Safe for concurrent use.
class Outcomes {
 public:
  struct Parts {
    telemetry::Metrics& metrics;
    const telemetry::Log& log;
    SideHealth& sides;
    Refusals& refusals;
    FallThrough& fall_through;
    Visits& visits;
    FailureLog& failures;
    const Clock& clock;
    /// Told when failures of the new side have become a burst; must not wait. Empty: nobody.
    std::function<void(std::string_view rollout, std::string_view operation)> tripped{};
    Tracer* tracer = nullptr;  ///< null records nothing
    AccessLog* access_log = nullptr;
  };
  /// All must outlive it.
  explicit Outcomes(const Parts& parts) : parts_(parts), faults_(parts.clock) {}

  /// Whether a request that comes now gets a line in the access log. Once a request.
  bool wants_line() const {
    return parts_.access_log != nullptr && parts_.access_log->wants_line();
  }

  /// A request misses this moving target by its spelling only, and goes elsewhere.
  void fell_beside(const Target& missed) { parts_.fall_through.count(missed, parts_.clock.now()); }
  /// The target has answered; `told`: the client is given the id of a visit that begins. On any
  /// thread.
  void of_visit(const Transaction& transaction, bool told);
  /// What became of a request that was forwarded. On its loop.
  void forwarded(Transaction& transaction, const strangler::Outcome& outcome);
  /// The new side has failed, and the old one is asked in its place: held against the new side.
  /// forwarded() tells it where both are upstreams.
  void fell_back(const Transaction& transaction, const strangler::SideFailure& failure);
  /// Of one that was answered in this process. On any thread; `answer_bytes` of its body.
  void answered(Transaction& transaction, unsigned status, std::uint64_t answer_bytes);
  /// Of one that was refused before it reached its target, for `reason`. On its loop.
  void refused(Transaction& transaction, unsigned status, std::string_view reason,
               std::uint64_t answer_bytes);
  /// A fault of ours at a request, whose answer is told apart: for the log, as `event`, bounded. On
  /// any thread.
  void fault(std::string_view event, const Transaction& transaction, std::string_view what);
  /// Of a copy that was asked, for the access log: it is in nobody's figures. On any thread.
  void copied(const AccessLine& line) const {
    if (parts_.access_log != nullptr) parts_.access_log->line_of_copy(line);
  }
  /// A pair of answers of both sides was compared; `differs`: in more than noise, by what `by`
  /// stands for (see strangler::PairFound). On any thread.
  void compared(const Target& target, bool differs, const std::shared_ptr<const void>& by);
  struct OfCopy {
    const Target& target;
    std::string_view correlation_id;
    std::string_view request_id;  ///< of the request that it is a copy of
    Side to;
  };
  /// A fault of ours at a copy, which nobody has asked for: for the log, as `event`, bounded. On
  /// any thread.
  void fault_of_copy(std::string_view event, const OfCopy& copy, std::string_view what);
  /// The same of the threads that make copies, where nobody knows of which.
  void fault_of_copies(std::string_view what);
  /// Of one that operators were answered, or one that was for the server as a whole (OPTIONS *). On
  /// any thread. Those of operators have no line in the access log: their pages ask all the time.
  void answered_operators(const Transaction& transaction, unsigned status);
  void answered_for_all(const Transaction& transaction, unsigned status);
  /// Of one that wanted what operators see and may not have it, as `refusal` says. On its loop.
  void refused_operators(const Transaction& transaction, unsigned status, const Error& refusal,
                         std::uint64_t answer_bytes);
  /// Of one that the engine did not take. Gives the answer its correlation id. On its loop.
  void refused_by_engine(const Listener& listener, const http::RefusedRequest& request,
                         http::Response& answer);

 private:
  /// With the ids by which the request's other lines and its span are found.
  void write(const Transaction& transaction, telemetry::Level level, std::string_view event,
             std::initializer_list<telemetry::LogField> fields) const;
  /// Of one that reached no target.
  void line(const Transaction& transaction, const strangler::Outcome& outcome) const;
  void record(const Transaction& transaction, const strangler::Outcome& outcome, bool failed);
  /// For whoever judges the new side.
  void testify(const Transaction& transaction, strangler::Ending ending,
               std::optional<std::chrono::nanoseconds> latency);

  Parts parts_;
  FailureLog faults_;  ///< beside the failures of others, which must not hide them
};

}  // namespace banyan::serving
