// SPDX-License-Identifier: Apache-2.0
#include "chain/transaction.hpp"

#include "banyan/http/problem.hpp"

namespace banyan::serving {

std::string correlation_of(const Transaction& transaction) {
  if (transaction.context) return transaction.context->correlation_id;
  const http::Exchange& exchange = *transaction.exchange;
  return std::string(http::correlation_id(exchange.head(), exchange.id()));
}

}  // namespace banyan::serving
