// SPDX-License-Identifier: Apache-2.0
// Whether a read is to be copied for the other side. What a copy needs is kept while the request
// goes on its way; the copy itself is made when the real answer is complete.
#include "chain/stations.hpp"
#include "reads_to_copy.hpp"

namespace banyan::serving {
namespace {

class Shadow final : public Interceptor {
 public:
  explicit Shadow(const strangler::Stages& stages) : stages_(stages) {}

  Step handle(const TransactionPtr& transaction) override {
    const bool may_be = transaction->effect == Effect::Read && transaction->target->both_sides;
    if (may_be) transaction->capture = capture_if_copied(*transaction, stages_);
    return Step::Next;
  }

 private:
  const strangler::Stages& stages_;
};

}  // namespace

std::unique_ptr<Interceptor> shadow(const strangler::Stages& stages) {
  return std::make_unique<Shadow>(stages);
}

}  // namespace banyan::serving
