// SPDX-License-Identifier: Apache-2.0
#include "contract/catalog/catalog_port_contract.hpp"
#include "contract/customers/customers_port_contract.hpp"
#include "contract/orders/orders_port_contract.hpp"
#include "contract/payments/payments_port_contract.hpp"
#include "contract/warehouse/warehouse_port_contract.hpp"
#include "contract/wire_worlds.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(Rehearsal, CatalogPortContract,
                         testing::Values(rehearsed(catalog_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, CatalogPortContract, testing::Values(over_http(catalog_on_sql())),
                         print_name);
INSTANTIATE_TEST_SUITE_P(Poco, CatalogPortContract, testing::Values(over_poco(catalog_on_sql())),
                         print_name);
INSTANTIATE_TEST_SUITE_P(Process, CatalogPortContract,
                         testing::Values(in_own_process<catalog::Catalog>({{"catalog", {}}})),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Rehearsal, CustomersPortContract,
                         testing::Values(rehearsed(customers_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, CustomersPortContract,
                         testing::Values(over_http(customers_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Poco, CustomersPortContract,
                         testing::Values(over_poco(customers_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Process, CustomersPortContract,
                         testing::Values(in_own_process<customers::Customers>({{"customers", {}}})),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Rehearsal, WarehousePortContract,
                         testing::Values(rehearsed(warehouse_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, WarehousePortContract,
                         testing::Values(over_http(warehouse_on_sql(Stage::Shared))), print_name);
INSTANTIATE_TEST_SUITE_P(Poco, WarehousePortContract,
                         testing::Values(over_poco(warehouse_on_sql(Stage::Shared))), print_name);
INSTANTIATE_TEST_SUITE_P(Process, WarehousePortContract,
                         testing::Values(in_own_process<warehouse::Warehouse>(
                             {{"catalog", {}}, {"warehouse", {"catalog"}}})),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Rehearsal, PaymentsPortContract,
                         testing::Values(rehearsed(payments_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, PaymentsPortContract, testing::Values(over_http(payments_on_sql())),
                         print_name);
INSTANTIATE_TEST_SUITE_P(Process, PaymentsPortContract,
                         testing::Values(in_own_process<payments::Payments>({{"payments", {}}})),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Rehearsal, OrdersPortContract,
                         testing::Values(rehearsed(orders_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, OrdersPortContract,
                         testing::Values(over_http(orders_on_sql(Stage::Shared))), print_name);
INSTANTIATE_TEST_SUITE_P(Poco, OrdersPortContract,
                         testing::Values(over_poco(orders_on_sql(Stage::Shared))), print_name);
INSTANTIATE_TEST_SUITE_P(Process, OrdersPortContract,
                         testing::Values(in_own_process<orders::Orders>(
                             {{"catalog", {}},
                              {"customers", {}},
                              {"warehouse", {"catalog"}},
                              {"payments", {}},
                              {"shipping", {"customers"}},
                              {"orders",
                               {"catalog", "customers", "warehouse", "payments", "shipping"}}})),
                         print_name);

}  // namespace banyan::contract
