// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/payment_store.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace payments {

/// Payments in the tables of migrations/payments.
std::unique_ptr<PaymentStore> make_sql_payment_store(banyan::sql::ModuleDatabase& database);

}  // namespace payments
