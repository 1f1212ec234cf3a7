// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "contract/port_under_test.hpp"
#include "payments/port.hpp"

namespace banyan::contract {

/// What it means to be Payments, before a provider that answers and declines what costs more than
/// 1,000.00. The bodies are in the object library contract.payments.
class PaymentsPortContract : public testing::TestWithParam<PortUnderTest<payments::Payments>> {
 protected:
  payments::Payments& payments() { return world_->port(); }

  Result<payments::Payment> authorise(const payments::OrderId& order, std::int64_t cents);
  Result<payments::Payment> capture(const payments::OrderId& order);
  Result<payments::Payment> give_up(const payments::OrderId& order);
  Result<payments::Payment> refund(const payments::OrderId& order, const std::string& id,
                                   std::int64_t cents);
  Result<payments::Payment> get(const payments::OrderId& order);
  /// What of the customer's money is held or taken for it, less what was given back.
  std::optional<Money> money_of(const payments::OrderId& order);
  Result<payments::Payment> note(const payments::OrderId& order, payments::ProviderAnswer result);

 private:
  std::unique_ptr<PortWorld<payments::Payments>> world_ = GetParam().make();
};

}  // namespace banyan::contract
