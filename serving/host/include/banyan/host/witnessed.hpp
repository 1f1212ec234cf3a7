// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "banyan/kernel/chain.hpp"
#include "banyan/kernel/clock.hpp"
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
  };
  virtual ~CallWitness() = default;
  virtual void ended(const Call& call) noexcept = 0;
};

/// A routed port as other modules call it: decides as banyan::Routed behind it does, and tells on
/// which side the call was, and how it ended there. Nothing of calls that begin with less than
/// kFairTime left.
template <class P_>
class Witnessed {
 public:
  /// All references must outlive it.
  Witnessed(P_& routed, const RoutingTable& table, CallWitness& witness, const Clock& clock)
      : routed_(&routed), table_(&table), witness_(&witness), clock_(&clock) {}

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
    const bool has_time = context.remaining(*clock_) >= kFairTime;
    const SteadyTime begin = clock_->steady();
    auto answer = routed_->handle(operation, context);
    const auto took = clock_->steady() - begin;
    const std::optional<Side> side = side_of();
    if (side && has_time) {
      witness_->ended(
          {P::port, Op::operation, *side, context, took, answer ? nullptr : &answer.error()});
    }
    return answer;
  }

  P_* routed_;
  const RoutingTable* table_;
  CallWitness* witness_;
  const Clock* clock_;
};

template <IsPort P>
std::unique_ptr<P> witness_calls(P& routed, const RoutingTable& table, CallWitness& witness,
                                 const Clock& clock) {
  return std::make_unique<Chain<P, Witnessed<P>>>(Witnessed<P>(routed, table, witness, clock));
}

}  // namespace banyan::host
