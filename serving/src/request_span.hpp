// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/forwarding/outcome.hpp"
#include "chain/transaction.hpp"

namespace banyan::serving {

/// Begins the span of a request that was forwarded unrecorded and that turns out worth a look: it
/// failed, was slow, or took more than one attempt. With the attempts that are known. Does nothing
/// where there is a span already; `tracer` may be null. `now` is its end.
void begin_late_span(Tracer* tracer, Transaction& transaction, const strangler::Outcome& outcome,
                     SteadyTime now) noexcept;

/// Ends the request's span, if there is one, with what became of the request.
void finish_span(Transaction& transaction, const strangler::Outcome& outcome,
                 SteadyTime now) noexcept;
/// The same of a request that was refused by the rule `reason` before it reached its target.
void finish_span(Transaction& transaction, unsigned status, std::string_view reason) noexcept;

}  // namespace banyan::serving
