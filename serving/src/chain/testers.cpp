// SPDX-License-Identifier: Apache-2.0
// Whether somebody may choose a side, and has: by a header that carries proof, or by a list. What
// comes of it is decided where all is decided.
#include "testers.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class HearTesters final : public Interceptor {
 public:
  explicit HearTesters(const strangler::TrustedPeers& trusted) : trusted_(trusted) {}

  Step handle(const TransactionPtr& transaction) override {
    const Testers& testers = transaction->routes->testers();
    if (testers.empty()) return Step::Next;
    const http::Exchange& exchange = *transaction->exchange;
    transaction->wishes =
        testers.wishes_of({.fields = exchange.head().fields,
                           .decided_before = transaction->listener->audience == Audience::Internal,
                           .peer = exchange.peer().host,
                           .trusted = trusted_,
                           .key = transaction->sticky()});
    return Step::Next;
  }

 private:
  const strangler::TrustedPeers& trusted_;
};

}  // namespace

std::unique_ptr<Interceptor> hear_testers(const strangler::TrustedPeers& trusted) {
  return std::make_unique<HearTesters>(trusted);
}

}  // namespace banyan::serving
