// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/payment_store.hpp"
#include "payments/provider.hpp"

/// What payments does, one function (and one file) for each operation of the port.
namespace payments {

/// What the use cases work with. All references outlive them.
struct UseCaseContext {
  PaymentStore& store;
  Provider& provider;
  const banyan::Clock& clock;
};

banyan::Result<Payment> authorise(const UseCaseContext& use_case, const Authorise& request,
                                  const banyan::Context& context);
banyan::Result<Payment> capture(const UseCaseContext& use_case, const Capture& request,
                                const banyan::Context& context);
banyan::Result<Payment> give_up(const UseCaseContext& use_case, const Void& request,
                                const banyan::Context& context);
banyan::Result<Payment> refund(const UseCaseContext& use_case, const Refund& request,
                               const banyan::Context& context);
banyan::Result<Payment> get_payment(const UseCaseContext& use_case, const GetPayment& request,
                                    const banyan::Context& context);
banyan::Result<Payment> note_provider_result(const UseCaseContext& use_case,
                                             const NoteProviderResult& request,
                                             const banyan::Context& context);

/// The port on a store. The references must outlive it.
std::unique_ptr<Payments> make_payments_on(std::unique_ptr<PaymentStore> store, Provider& provider,
                                           const banyan::Clock& clock);

}  // namespace payments
