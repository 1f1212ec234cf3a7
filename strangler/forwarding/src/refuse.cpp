// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/refuse.hpp"

#include <utility>

#include "banyan/http/problem.hpp"

namespace banyan::strangler {

http::Response refusal_answer(const http::Exchange& exchange, const http::Refusal& refusal) {
  const std::string_view correlation =
      exchange.head().fields.find("X-Correlation-Id").value_or(exchange.id());
  http::Response response = http::problem_response(refusal, correlation);
  response.head.fields.add("X-Correlation-Id", correlation);
  return response;
}

void refuse(http::Exchange& exchange, const http::Refusal& refusal) {
  exchange.respond(refusal_answer(exchange, refusal));
}

}  // namespace banyan::strangler
