// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "banyan/forwarding/copy_order.hpp"
#include "banyan/forwarding/outcome.hpp"
#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/shadowing/capture.hpp"
#include "banyan/shadowing/copy_counts.hpp"
#include "banyan/shadowing/room.hpp"
#include "chain/transaction.hpp"

namespace banyan::serving {

/// A read that has had its answer and is to be asked of a side once more: all that is needed of its
/// request, which is over, so that nothing of its connection is held up.
struct ShadowCopy {
  std::shared_ptr<strangler::Capture> capture;
  std::shared_ptr<const RouteSnapshot> routes;  ///< keeps the target alive
  const Target* target;
  strangler::PairOf pair;
  Side answered_by;
  Side to;
  std::uint64_t revision;
  std::string session;
  std::string correlation_id;
  std::string request_id;
  http::Endpoint peer;
  bool by_tls;             ///< to this process
  bool client_speaks_tls;  ///< or to a trusted one before it
  std::optional<Context> context;
  bool wants_line;
  http::Loop* loop;
  Span span;
  strangler::Taken place;               ///< among those that are under way
  std::vector<std::string> withheld{};  ///< fields of the client that do not go on

  const BothSides& sides() const { return *target->both_sides; }
  strangler::RolloutShadow& shadow() const { return sides().figures->shadow; }
  void dropped(strangler::CopyDropped reason) const { shadow().counts.dropped(reason); }
};

/// The side that the transaction's answer is to be compared with; the old one also a second time.
Side side_to_copy_to(const Transaction& transaction);

/// Of a request that has its answer, for that side. `capture`: what it was answered.
std::shared_ptr<ShadowCopy> shadow_copy_of(const Transaction& transaction,
                                           std::shared_ptr<strangler::Capture> capture,
                                           strangler::Taken place,
                                           const strangler::TrustedPeers& trusted_peers);

/// What its context, if it has one, says on the copy's own behalf: for which side it is, by when,
/// and in whose name.
void speak_as_copy(ShadowCopy& copy, const Clock& clock);

/// To an upstream; its callbacks are not set. The copy must be there until it is done.
strangler::CopyOrder order_of(ShadowCopy& copy, const Clock& clock);

/// How a side has answered a copy, or has not, for the access log. `endpoint` has no host where
/// this process itself is the side.
strangler::Outcome outcome_of(Side side, const http::Response& answer,
                              const http::Endpoint& endpoint, std::chrono::nanoseconds took);
strangler::Outcome outcome_of(Side side, const strangler::CopyFailure& failure);

}  // namespace banyan::serving
