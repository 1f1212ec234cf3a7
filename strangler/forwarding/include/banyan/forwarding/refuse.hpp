// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/http/exchange.hpp"
#include "banyan/http/message.hpp"

namespace banyan::strangler {

/// An answer of our own: problem details with the ids by which the request is found in the logs
/// (X-Correlation-Id here, X-Request-Id by the engine); 503 with Retry-After.
http::Response refusal_answer(const http::Exchange& exchange, const http::Refusal& refusal);

/// Sends it. Before the answer has begun.
void refuse(http::Exchange& exchange, const http::Refusal& refusal);

}  // namespace banyan::strangler
