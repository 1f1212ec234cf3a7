// SPDX-License-Identifier: Apache-2.0
// What is for operators: everything on a listener of their own, and /_banyan wherever it is.
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class OperatorsOnly final : public Interceptor {
 public:
  explicit OperatorsOnly(OperatorPages& pages) : pages_(pages) {}

  Step handle(const TransactionPtr& transaction) override {
    const Listener& listener = *transaction->listener;
    if (pages_.serve_reserved(transaction)) return Step::Done;
    if (listener.clients) return Step::Next;
    pages_.serve_only(transaction);
    return Step::Done;
  }

 private:
  OperatorPages& pages_;
};

}  // namespace

std::unique_ptr<Interceptor> operators_only(OperatorPages& pages) {
  return std::make_unique<OperatorsOnly>(pages);
}

}  // namespace banyan::serving
