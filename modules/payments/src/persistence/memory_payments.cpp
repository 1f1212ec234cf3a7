// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_payments.hpp"

#include <map>

namespace payments {
namespace {

class MemoryPayments final : public PaymentsWriting {
 public:
  std::optional<OrderPayment> find(const OrderId& order) override {
    const auto found = payments_.find(order);
    if (found == payments_.end()) return std::nullopt;
    return found->second;
  }

  void put(const OrderPayment& payment, banyan::Timestamp /*now*/) override {
    payments_.insert_or_assign(payment.data().order, payment);
  }

 private:
  std::map<OrderId, OrderPayment> payments_;
};

}  // namespace

std::unique_ptr<PaymentStore> make_memory_payment_store(const banyan::Clock& clock,
                                                        banyan::MemoryLedger* ledger) {
  return std::make_unique<banyan::MemoryStore<PaymentsReading, PaymentsWriting, MemoryPayments>>(
      MemoryPayments(), clock, ledger);
}

}  // namespace payments
