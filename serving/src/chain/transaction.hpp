// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/comparison/collector.hpp"
#include "banyan/forwarding/outcome.hpp"
#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/shadowing/capture.hpp"
#include "listeners.hpp"
#include "route_snapshot.hpp"
#include "testers.hpp"

namespace banyan::serving {

/// A request on its way through the chain: what is known of it so far. Each station adds its own.
/// On the loop of its exchange until somebody answers it.
struct Transaction {
  std::shared_ptr<http::Exchange> exchange;
  const Listener* listener = nullptr;
  SteadyTime begin{};
  std::size_t station = 0;  ///< that comes next

  std::shared_ptr<const RouteSnapshot> routes;  ///< of `match`; keeps the target alive
  const Target* target = nullptr;               ///< of `match`
  Effect effect = Effect::Write;                ///< of `match`: whether it changes anything

  bool from_operator = false;  ///< of `guard_pages`: may see what operators see

  Span span;                           ///< of `trace`: the request's, if it is recorded already
  std::optional<TraceContext> parent;  ///< of `trace`: what the caller said of its own
  /// Of `trace`: of one that begins here; "" while nobody needed to know.
  std::string trace_id;

  std::string stickiness_key;  ///< of `identity`: keeps one user on one side
  bool by_visit = false;       ///< of `identity`: that key is the id of a visit
  /// Of `identity`: what a client whose visit begins is to keep, as a value of Set-Cookie; else "".
  std::string new_visit;

  std::optional<Context> context;  ///< of `context`; only where the target has one

  /// Of `hear_testers`: on which sides the request is wanted; null mostly.
  std::unique_ptr<const Wishes> wishes;

  Side side = Side::Local;     ///< of `decide`
  std::uint64_t revision = 0;  ///< of the table that decided; 0: there was nothing to decide
  /// Of `decide`: of one whose outcome speaks for or against the new side.
  std::optional<strangler::Group> group;
  /// Of `decide`: a tester has chosen the side, or one of what is asked on the way. Then it is
  /// nobody's evidence.
  bool forced = false;
  std::optional<NotForced> not_forced;  ///< why a tester's wish was not granted

  /// Of `shadow`: what a copy for the other side needs; null: none is made.
  std::shared_ptr<strangler::Capture> capture;
  /// What the copy is for: the other side, or the old one a second time.
  strangler::PairOf pair = strangler::PairOf::OldNew;

  /// Of `forward`: how the new side has failed, if the old one answers here in its place.
  std::unique_ptr<const strangler::SideFailure> in_place_of;

  bool wants_line = false;  ///< in the access log

  /// What its user is known by: the caller's word, if it is believed.
  const std::string& sticky() const { return context ? context->stickiness_key : stickiness_key; }
  /// The proxy's own cookie, which goes no further; "": it has none. After `match`.
  std::string_view own_cookie() const {
    return strangler::visit_cookie(routes->configuration().stickiness_keys);
  }
  const Destination& destination() const { return target->destination(side); }
};

using TransactionPtr = std::shared_ptr<Transaction>;

/// Says in an answer that the new side has failed, and how: the old one has answered in its place.
inline constexpr std::string_view kFallbackField = "Banyan-Fallback";

/// What all processes know the user's action by: the context's, else what the client says, else the
/// request's own id.
std::string correlation_of(const Transaction& transaction);

/// Whether the client speaks TLS: to us, or to the trusted peer that passes on what it asks.
bool client_speaks_tls(const http::Exchange& exchange, const strangler::TrustedPeers& trusted);

}  // namespace banyan::serving
