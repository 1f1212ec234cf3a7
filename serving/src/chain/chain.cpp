// SPDX-License-Identifier: Apache-2.0
#include "chain/chain.hpp"

#include <utility>

namespace banyan::serving {

Chain::Chain(std::vector<std::unique_ptr<Interceptor>> stations, const Listeners& listeners,
             Outcomes& outcomes)
    : stations_(std::move(stations)), listeners_(listeners), outcomes_(outcomes) {}

void Chain::handle(std::shared_ptr<http::Exchange> exchange) {
  auto transaction = std::make_shared<Transaction>();
  transaction->listener = &listeners_[exchange->listener()];
  transaction->begin = exchange->loop().now();
  transaction->exchange = std::move(exchange);
  transaction->wants_line = outcomes_.wants_line();
  resume(transaction);
}

void Chain::resume(const TransactionPtr& transaction) {
  while (transaction->station < stations_.size()) {
    if (stations_[transaction->station++]->handle(transaction) != Step::Next) return;
  }
}

void Chain::refused(const http::RefusedRequest& request, http::Response& answer) {
  outcomes_.refused_by_engine(listeners_[request.listener], request, answer);
}

}  // namespace banyan::serving
