// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "banyan/http/exchange.hpp"
#include "chain/transaction.hpp"
#include "outcomes.hpp"

namespace banyan::serving {

enum class Step : std::uint8_t {
  Next,  ///< the next station takes it
  Done,  ///< answered, or will be, by who holds it now
  Wait,  ///< this station keeps it and calls Chain::resume() later
};

/// One station of a request's way. On the loop of the connection: must not block. An exception
/// answers 500 and ends the request, nothing else.
class Interceptor {
 public:
  virtual ~Interceptor() = default;
  virtual Step handle(const TransactionPtr& transaction) = 0;
};

/// Where all requests come in, whatever the process serves. They pass the stations in their order
/// until one is done with them.
class Chain final : public http::Application {
 public:
  /// All must outlive the chain.
  Chain(std::vector<std::unique_ptr<Interceptor>> stations, const Listeners& listeners,
        Outcomes& outcomes);

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  void refused(const http::RefusedRequest& request, http::Response& answer) override;

  /// Goes on with what a station has kept (Step::Wait). On the transaction's loop.
  void resume(const TransactionPtr& transaction);

 private:
  std::vector<std::unique_ptr<Interceptor>> stations_;
  const Listeners& listeners_;
  Outcomes& outcomes_;
};

}  // namespace banyan::serving
