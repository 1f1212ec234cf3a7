// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/store.hpp"
#include "domain/order_payment.hpp"

namespace payments {

class PaymentsReading {
 public:
  virtual ~PaymentsReading() = default;
  virtual std::optional<OrderPayment> find(const OrderId& order) = 0;
};

class PaymentsWriting : public PaymentsReading {
 public:
  /// The payment as it is now, new or not. Refunds are only ever added, and change their state.
  virtual void put(const OrderPayment& payment, banyan::Timestamp now) = 0;
};

/// Keeps payments between calls. Adapters: persistence/sql_payments, memory_payments; the contract
/// is tests/contract/payments/payment_store_test.cpp.
using PaymentStore = banyan::Store<PaymentsReading, PaymentsWriting>;

}  // namespace payments
