// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/tracing/http_spans.hpp"
#include "chain/transaction.hpp"

namespace banyan::serving {

/// What a span says of the request. Views into the transaction.
inline tracing::ServerRequest serving_span(const Transaction& transaction) {
  const http::Exchange& exchange = *transaction.exchange;
  const http::RequestHead& head = exchange.head();
  return {.method = head.method,
          .target = head.target,
          .scheme = transaction.listener->tls ? "https" : "http",
          .host = head.fields.find("Host").value_or(std::string_view()),
          .client_address = exchange.peer().host,
          .correlation_id = head.fields.find("X-Correlation-Id").value_or(exchange.id()),
          .route = transaction.target->route.path};
}

}  // namespace banyan::serving
