// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/customer_store.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace customers {

/// Customers in the table of migrations/customers.
std::unique_ptr<CustomerStore> make_sql_customer_store(banyan::sql::ModuleDatabase& database);

}  // namespace customers
