// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::serving {

struct Target;

/// Asks one side of a target by itself, as a copy is asked, for people who look into something:
/// with the cookies and fields of a copy for that side (CopyRules), which replace those of
/// `request`, and with what the proxy says of a client who spoke TLS or did not. Blocks, for some
/// seconds at most. Unavailable "banyan.side_not_reached" when nobody answers, InvalidArgument
/// "banyan.replay_does_not_fit" where the request is none that can be sent.
Result<http::Response> ask_side(const Target& target, Side side, const http::Request& request,
                                bool by_tls, const Clock& clock);

}  // namespace banyan::serving
