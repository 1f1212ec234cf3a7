// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace payments {
namespace {

using banyan::Context;
using banyan::Result;

class PaymentsOnStore final : public Payments {
 public:
  PaymentsOnStore(std::unique_ptr<PaymentStore> store, Provider& provider,
                  const banyan::Clock& clock)
      : store_(std::move(store)), use_case_{*store_, provider, clock} {}

  Result<Payment> handle(const Authorise& request, const Context& context) override {
    return authorise(use_case_, request, context);
  }
  Result<Payment> handle(const Capture& request, const Context& context) override {
    return capture(use_case_, request, context);
  }
  Result<Payment> handle(const Void& request, const Context& context) override {
    return give_up(use_case_, request, context);
  }
  Result<Payment> handle(const Refund& request, const Context& context) override {
    return refund(use_case_, request, context);
  }
  Result<Payment> handle(const GetPayment& request, const Context& context) override {
    return get_payment(use_case_, request, context);
  }
  Result<Payment> handle(const NoteProviderResult& request, const Context& context) override {
    return note_provider_result(use_case_, request, context);
  }

 private:
  std::unique_ptr<PaymentStore> store_;
  UseCaseContext use_case_;
};

}  // namespace

std::unique_ptr<Payments> make_payments_on(std::unique_ptr<PaymentStore> store, Provider& provider,
                                           const banyan::Clock& clock) {
  return std::make_unique<PaymentsOnStore>(std::move(store), provider, clock);
}

}  // namespace payments
