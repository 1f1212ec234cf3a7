// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/chain.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/fallback.hpp"
#include "banyan/kernel/routing.hpp"

namespace banyan::host {

/// What a call must have left when it begins, or its caller is in a hurry: how such a call ends
/// says nothing about who was asked, be it good or bad. If only its time-outs were left out, a slow
/// side would look well by the good ones.
inline constexpr std::chrono::milliseconds kFairTime{1'000};

/// Told how calls between modules end that the routing table has sent to one side or the other.
/// Safe for concurrent use; must not throw.
class CallWitness {
 public:
  struct Call {
    const PortInfo& port;
    const Operation& operation;
    Side side;
    const Context& context;
    std::chrono::nanoseconds took;
    const Error* error;  ///< null for a success
    SteadyTime at{};     ///< when it ended
    /// The module here answers in place of the service, which has failed: this is of the service.
    bool fell_back = false;
  };
  virtual ~CallWitness() = default;
  virtual void ended(const Call& call) noexcept = 0;
};

/// A gate for one call, which tells of the service that has failed: its failure, whatever the
/// module here will answer in its place.
class NotedGate final : public FallbackGate {
 public:
  /// `witness`: null tells nobody. All must outlive it.
  NotedGate(FallbackGate& gate, CallWitness* witness, const Clock& clock)
      : gate_(&gate), witness_(witness), clock_(&clock), begin_(clock.steady()) {}

  bool opens(const Call& call) noexcept override {
    if (!gate_->opens(call)) return false;
    opened_ = true;
    if (call.error == nullptr || witness_ == nullptr) return true;
    const SteadyTime now = clock_->steady();
    witness_->ended({.port = call.port,
                     .operation = call.operation,
                     .side = Side::Remote,
                     .context = call.context,
                     .took = now - begin_,
                     .error = call.error,
                     .at = now,
                     .fell_back = true});
    return true;
  }
  /// The module here has answered, in place of the service: of which the witness was told, or which
  /// was not asked.
  bool opened() const { return opened_; }

 private:
  FallbackGate* gate_;
  CallWitness* witness_;
  const Clock* clock_;
  SteadyTime begin_;
  bool opened_ = false;
};

/// A routed port as other modules call it: decides as banyan::Routed does, and tells on which side
/// the call was, and how it ended there. Nothing of calls that begin with less than kFairTime left.
template <class P_>
class Witnessed {
 public:
  struct Parts {
    const RoutingTable& table;
    CallWitness& witness;
    FallbackGate* gate;  ///< null: nobody answers in place of the service
    const Clock& clock;
  };
  /// All references must outlive it, and the gate.
  Witnessed(P_& local, P_& remote, const Parts& parts)
      : local_(&local),
        remote_(&remote),
        table_(&parts.table),
        witness_(&parts.witness),
        gate_(parts.gate),
        clock_(&parts.clock) {}

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& context) {
    if constexpr (Op::operation.effect == Effect::Write) {
      // Where the write goes is decided behind this. Of one that meets a switch nobody can tell.
      const Side before = side_of_writes<P>(context);
      return told<P>(operation, context, [&]() -> std::optional<Side> {
        if (side_of_writes<P>(context) == before) return before;
        return std::nullopt;
      });
    } else {
      const RoutingDecision* made = context.routed(P::port.name);
      if (made != nullptr) return told<P>(operation, context, [&] { return made->side; });
      Context decided = context;
      decided.routing.push_back(table_->decide(P::port.name, Effect::Read, context.stickiness_key));
      const Side side = decided.routing.back().side;
      return told<P>(operation, decided, [side] { return side; });
    }
  }

 private:
  template <class P>
  Side side_of_writes(const Context& context) const {
    return table_->decide(P::port.name, Effect::Write, context.stickiness_key).side;
  }

  template <class P, class Op, class SideOf>
  Result<typename Op::Response> told(const Op& operation, const Context& context, SideOf side_of) {
    CallWitness* const witness = context.remaining(*clock_) >= kFairTime ? witness_ : nullptr;
    if (gate_ == nullptr) {
      return seen<P>(operation, context, witness, side_of, Routed<P_>(*local_, *remote_, *table_));
    }
    NotedGate gate(*gate_, witness, *clock_);
    const auto side = [&]() -> std::optional<Side> {
      // What comes instead of an answer says nothing for the old side, to which the table did not
      // send it; and as load that is asked anyway it would widen the budget that it comes out of.
      if (gate.opened()) return std::nullopt;
      return side_of();
    };
    return seen<P>(operation, context, witness, side,
                   Routed<P_>(*local_, *remote_, *table_, &gate));
  }

  template <class P, class Op, class SideOf>
  Result<typename Op::Response> seen(const Op& operation, const Context& context,
                                     CallWitness* witness, SideOf side_of, Routed<P_> routed) {
    const SteadyTime begin = clock_->steady();
    auto answer = routed.template call<P>(operation, context);
    const SteadyTime end = clock_->steady();
    if (witness == nullptr) return answer;
    if (const std::optional<Side> side = side_of()) {
      witness->ended({.port = P::port,
                      .operation = Op::operation,
                      .side = *side,
                      .context = context,
                      .took = end - begin,
                      .error = answer ? nullptr : &answer.error(),
                      .at = end});
    }
    return answer;
  }

  P_* local_;
  P_* remote_;
  const RoutingTable* table_;
  CallWitness* witness_;
  FallbackGate* gate_;
  const Clock* clock_;
};

template <IsPort P>
std::unique_ptr<P> witness_calls(P& local, P& remote, const typename Witnessed<P>::Parts& parts) {
  return std::make_unique<Chain<P, Witnessed<P>>>(Witnessed<P>(local, remote, parts));
}

}  // namespace banyan::host
