// SPDX-License-Identifier: Apache-2.0
// Deadline, correlation, trace, principal and place of what the kit's own modules answer. What a
// foreign application is asked goes without: nobody there reads a Context.
#include <utility>

#include "banyan/binding/context_headers.hpp"
#include "banyan/kernel/random.hpp"
#include "chain/refuse.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class MakeContext final : public Interceptor {
 public:
  MakeContext(const binding::ContextRules& rules, const strangler::TrustedPeers& trusted,
              Outcomes& outcomes, const Clock& clock)
      : rules_(rules), trusted_(trusted), outcomes_(outcomes), clock_(clock) {}

  Step handle(const TransactionPtr& transaction) override {
    if (!transaction->target->has_context()) return Step::Next;
    // Only where none but the application's own processes come is their word taken.
    binding::ContextRules rules = rules_;
    rules.trust = transaction->listener->audience == Audience::Internal ? binding::Trust::Internal
                                                                        : binding::Trust::Edge;
    auto context = binding::context_from(transaction->exchange->head(), rules,
                                         transaction->stickiness_key, clock_, system_random());
    if (!context) return refuse(outcomes_, transaction, context.error());
    if (rules.trust == binding::Trust::Edge) {
      const http::Exchange& exchange = *transaction->exchange;
      context->place =
          strangler::client_place(exchange.head().fields, exchange.peer().host, trusted_);
    }
    transaction->span.enter(*context);
    transaction->context = std::move(*context);
    return Step::Next;
  }

 private:
  binding::ContextRules rules_;
  const strangler::TrustedPeers& trusted_;
  Outcomes& outcomes_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<Interceptor> make_context(const binding::ContextRules& rules,
                                          const strangler::TrustedPeers& trusted,
                                          Outcomes& outcomes, const Clock& clock) {
  return std::make_unique<MakeContext>(rules, trusted, outcomes, clock);
}

}  // namespace banyan::serving
