// SPDX-License-Identifier: Apache-2.0
// Whom is the request from? What keeps one user on one side of a rollout.
#include "banyan/forwarding/stickiness_key.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class Identity final : public Interceptor {
 public:
  explicit Identity(const strangler::TrustedPeers& trusted) : trusted_(trusted) {}

  Step handle(const TransactionPtr& transaction) override {
    const http::Exchange& exchange = *transaction->exchange;
    transaction->stickiness_key =
        strangler::stickiness_key(exchange.head().fields, exchange.peer().host, trusted_,
                                  transaction->routes->configuration().stickiness_keys);
    return Step::Next;
  }

 private:
  const strangler::TrustedPeers& trusted_;
};

}  // namespace

std::unique_ptr<Interceptor> identity(const strangler::TrustedPeers& trusted) {
  return std::make_unique<Identity>(trusted);
}

}  // namespace banyan::serving
