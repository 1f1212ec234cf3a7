// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "banyan/http/fields.hpp"
#include "banyan/kernel/context.hpp"

namespace banyan::http {

/// What a message says of its trace (W3C Trace Context). Several fields `tracestate` are one list,
/// in their order (RFC 9110 §5.3). Nothing when there is no `traceparent`, more than one, or none
/// that can be read: the trace then begins anew, and `tracestate` means nothing.
std::optional<TraceContext> trace_from(const Fields& fields);

/// All `tracestate` as one list without empty members; "" when there are more than 32, which nobody
/// may send.
std::string tracestate_from(const Fields& fields);

}  // namespace banyan::http
