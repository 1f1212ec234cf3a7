// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/use_cases.hpp"

namespace payments {

/// Finds out who has the money of a payment of a version before, and writes its name down.
/// "payments.other_provider" when nobody says that it has it: then nothing is done about it.
banyan::Result<void> adopt(const UseCaseContext& use_case, const OrderId& order,
                           const banyan::Context& context);

}  // namespace payments
