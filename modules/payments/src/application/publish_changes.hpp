// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "banyan/kernel/unit_of_work.hpp"
#include "domain/order_payment.hpp"

namespace payments {

/// Tells in the unit of work, as events, what a payment has become. To be called after it was
/// written.
void publish_changes(banyan::UnitOfWork& unit, const std::optional<OrderPayment>& before,
                     const OrderPayment& after, banyan::Timestamp now);

}  // namespace payments
