// SPDX-License-Identifier: Apache-2.0
#include "forwarding/refuse.hpp"

#include <utility>

namespace banyan::strangler {

http::Response refusal_answer(const http::Exchange& exchange, const http::Refusal& refusal) {
  http::Response response = http::problem_response(refusal);
  response.head.fields.add("X-Correlation-Id",
                           exchange.head().fields.find("X-Correlation-Id").value_or(exchange.id()));
  return response;
}

void refuse(http::Exchange& exchange, const http::Refusal& refusal) {
  exchange.respond(refusal_answer(exchange, refusal));
}

}  // namespace banyan::strangler
