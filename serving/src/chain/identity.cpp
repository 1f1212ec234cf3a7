// SPDX-License-Identifier: Apache-2.0
// Whom is the request from? What keeps one user on one side of a rollout. Where `sticky` has
// "visit" and the request is the first of one, its id is drawn here: this request is decided by it
// already, and the answer tells the client to keep it.
#include <string>
#include <string_view>
#include <utility>

#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/forwarding/visit.hpp"
#include "banyan/kernel/random.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

/// Browsers leave SameSite=Lax out of what another site's page posts (an identity provider's
/// answer, the way back from a payment) and keep what the answer sets: a new id would be in place
/// of the one that they have and did not say. With GET and HEAD that lead here they say it.
bool says_its_cookies(std::string_view method) { return method == "GET" || method == "HEAD"; }

/// Another process of the application is no visitor, and neither is who looks after this one.
bool may_begin_a_visit(const Transaction& transaction) {
  return transaction.listener->audience == Audience::Public &&
         transaction.target->page == nullptr &&
         says_its_cookies(transaction.exchange->head().method);
}

class Identity final : public Interceptor {
 public:
  explicit Identity(const strangler::TrustedPeers& trusted) : trusted_(trusted) {}

  Step handle(const TransactionPtr& transaction) override {
    const http::Exchange& exchange = *transaction->exchange;
    const http::Fields& fields = exchange.head().fields;
    const std::string& peer = exchange.peer().host;
    const auto& sources = transaction->routes->configuration().stickiness_keys;
    Random* const random = may_begin_a_visit(*transaction) ? &system_random() : nullptr;
    strangler::Visitor visitor = strangler::visitor(fields, peer, trusted_, sources, random);
    if (!visitor.begins.empty()) {
      transaction->new_visit =
          strangler::set_visit(visitor.begins, visitor.key, client_speaks_tls(exchange, trusted_));
    }
    transaction->stickiness_key = std::move(visitor.key);
    transaction->by_visit = visitor.by_visit;
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
