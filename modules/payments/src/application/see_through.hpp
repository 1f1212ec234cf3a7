// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "application/use_cases.hpp"

namespace payments {

/// A command, applied to the payment as it is stored (nothing when there is none): what has to be
/// asked of the provider next. It may run more than once.
using Decide = std::function<banyan::Result<NextStep>(std::optional<OrderPayment>& payment)>;

/// Sees a command through: decides and writes down what will be asked, asks outside of any unit of
/// work, writes down what was answered, and decides again, until there is nothing left to ask. What
/// was asked before, and whose outcome nobody has written down, is looked up first and only then
/// asked again. Unavailable "payments.provider_unavailable" when the provider does not answer:
/// nothing is decided then, and the same command goes on from there. Who is asked is the party that
/// was asked first; "payments.other_provider" where this process does not reach it. `refund` is the
/// one that NextStep::Kind::Refund means.
banyan::Result<Payment> see_through(const UseCaseContext& use_case, const OrderId& order,
                                    const Decide& decide, const banyan::Context& context,
                                    const std::string& refund = {});

}  // namespace payments
