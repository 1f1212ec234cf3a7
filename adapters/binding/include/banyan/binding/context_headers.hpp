// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/message.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"

/// How a Context crosses the wire:
///
///     traceparent, tracestate      W3C Trace Context
///     X-Correlation-Id             8 to 128 of A-Z a-z 0-9 . _ -
///     Idempotency-Key              1 to 255 visible ASCII characters
///     Banyan-Deadline-Ms           what is left of the budget, in milliseconds
///     Banyan-Principal, Banyan-Stickiness-Key      percent-encoded
///     Banyan-Place                 203.0.113.7, 2001:db8:0:7::/64: where the client is, if known
///     Banyan-Routing               catalog=remote;rev=7, orders=local;rev=3
///     Banyan-Placement             catalog=2: the epochs of these decisions, where they are known
///     Banyan-Forced                catalog: of which of these modules a tester has chosen the side
///     Banyan-Shadow                1, of a copy: what comes of it says nothing about any side
///
/// Placement and Forced are headers of their own because readers of the first version take nothing
/// after `rev=` in Banyan-Routing; they pass over these.
namespace banyan::binding {

/// Whom a server talks to.
enum class Trust : std::uint8_t {
  Edge,      ///< anybody: Banyan-* headers say nothing and are ignored
  Internal,  ///< other processes of the application, which are believed
};

struct ContextRules {
  Trust trust = Trust::Edge;
  /// What a request gets that brings no deadline, and the most that any request gets.
  std::chrono::milliseconds budget{10'000};
};

/// The context of a request that came in. `address` is the client's, the stickiness key of last
/// resort; whoever knows the client's place (Context::place) writes it in. InvalidArgument
/// "banyan.invalid_header" for a malformed Idempotency-Key and, from trusted peers, for malformed
/// Banyan-* headers; a malformed trace or correlation id is replaced, and so is a trace that is
/// said twice. Several tracestate fields are one, in their order.
Result<Context> context_from(const http::RequestHead& head, const ContextRules& rules,
                             std::string_view address, const Clock& clock, Random& random);

/// Sets the headers, for the time that is left now.
void put_context(http::RequestHead& head, const Context& context, const Clock& clock);

/// Takes away what only trusted peers may say: Banyan-*.
void strip_internal_headers(http::Fields& fields);

/// The value of Banyan-Routing.
std::string routing_header(const std::vector<RoutingDecision>& decisions);
/// Nothing when it is malformed.
std::optional<std::vector<RoutingDecision>> routing_from(std::string_view header);

/// The value of Banyan-Placement; "" when no epoch is known.
std::string placement_header(const std::vector<RoutingDecision>& decisions);
/// Gives the decisions their epochs, and passes over modules that nothing was decided for. False
/// when it is malformed.
bool add_epochs(std::string_view header, std::vector<RoutingDecision>& decisions);

/// The value of Banyan-Forced; "" when no decision was forced.
std::string forced_header(const std::vector<RoutingDecision>& decisions);
/// Marks these decisions, and passes over modules that nothing was decided for. False when it is
/// malformed.
bool add_forced(std::string_view header, std::vector<RoutingDecision>& decisions);

}  // namespace banyan::binding
