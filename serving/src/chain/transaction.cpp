// SPDX-License-Identifier: Apache-2.0
#include "chain/transaction.hpp"

#include "banyan/http/list.hpp"
#include "banyan/http/problem.hpp"

namespace banyan::serving {

std::string correlation_of(const Transaction& transaction) {
  if (transaction.context) return transaction.context->correlation_id;
  const http::Exchange& exchange = *transaction.exchange;
  return std::string(http::correlation_id(exchange.head(), exchange.id()));
}

bool client_speaks_tls(const http::Exchange& exchange, const strangler::TrustedPeers& trusted) {
  if (exchange.tls() != nullptr) return true;
  if (!trusted.contains(exchange.peer().host)) return false;
  const std::string_view proto =
      exchange.head().fields.find("X-Forwarded-Proto").value_or(std::string_view());
  return http::equals_ignoring_case(http::trimmed(proto.substr(0, proto.find(','))), "https");
}

}  // namespace banyan::serving
