// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalog/port.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "customers/port.hpp"
#include "orders/port.hpp"
#include "payments/port.hpp"
#include "warehouse/port.hpp"

/// The modules themselves, with the sample in them and what they need around them, not yet behind
/// any binding: put one in front with in_process() or bound_to().
namespace banyan::contract {

PortUnderTest<catalog::Catalog> catalog_in_memory();
PortUnderTest<catalog::Catalog> catalog_on_sql(sql::Engine engine = sql::Engine::Sqlite);

PortUnderTest<customers::Customers> customers_in_memory();
PortUnderTest<customers::Customers> customers_on_sql(sql::Engine engine = sql::Engine::Sqlite);

PortUnderTest<warehouse::Warehouse> warehouse_in_memory();
PortUnderTest<warehouse::Warehouse> warehouse_on_sql(Stage stage,
                                                     sql::Engine engine = sql::Engine::Sqlite);

/// Before a provider that answers, and declines what costs more than 1,000.00.
PortUnderTest<payments::Payments> payments_in_memory();
PortUnderTest<payments::Payments> payments_on_sql(sql::Engine engine = sql::Engine::Sqlite);

PortUnderTest<orders::Orders> orders_in_memory();
PortUnderTest<orders::Orders> orders_on_sql(Stage stage, sql::Engine engine = sql::Engine::Sqlite);

/// "shared", "expanded", "separated".
std::string name_of(Stage stage);

}  // namespace banyan::contract
