// SPDX-License-Identifier: Apache-2.0
// The process's own pages where clients come too: some are for operators only, some tell them more.
#include "banyan/binding/problem.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class GuardPages final : public Interceptor {
 public:
  GuardPages(const OperatorGuard& guard, Outcomes& outcomes) : guard_(guard), outcomes_(outcomes) {}

  Step handle(const TransactionPtr& transaction) override {
    const OwnPage* const page = transaction->target->page;
    if (page == nullptr) return Step::Next;
    http::Exchange& exchange = *transaction->exchange;
    const auto refusal = guard_.refusal(*transaction->listener, exchange.head(), false);
    transaction->from_operator = !refusal;
    if (!refusal || page->least == OwnPages::Health) return Step::Next;
    refuse_operator(outcomes_, *transaction, *refusal);
    return Step::Done;
  }

 private:
  const OperatorGuard& guard_;
  Outcomes& outcomes_;
};

}  // namespace

std::unique_ptr<Interceptor> guard_pages(const OperatorGuard& guard, Outcomes& outcomes) {
  return std::make_unique<GuardPages>(guard, outcomes);
}

}  // namespace banyan::serving
