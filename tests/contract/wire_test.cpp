// SPDX-License-Identifier: Apache-2.0
#include "contract/catalog/catalog_port_contract.hpp"
#include "contract/orders/orders_port_contract.hpp"
#include "contract/warehouse/warehouse_port_contract.hpp"
#include "contract/wire_worlds.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(Rehearsal, CatalogPortContract,
                         testing::Values(rehearsed(catalog_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, CatalogPortContract, testing::Values(over_http(catalog_on_sql())),
                         print_name);
INSTANTIATE_TEST_SUITE_P(Process, CatalogPortContract,
                         testing::Values(in_own_process<catalog::Catalog>({{"catalog", {}}})),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Rehearsal, WarehousePortContract,
                         testing::Values(rehearsed(warehouse_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, WarehousePortContract,
                         testing::Values(over_http(warehouse_on_sql(Stage::Shared))), print_name);
INSTANTIATE_TEST_SUITE_P(Process, WarehousePortContract,
                         testing::Values(in_own_process<warehouse::Warehouse>(
                             {{"catalog", {}}, {"warehouse", {"catalog"}}})),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Rehearsal, OrdersPortContract,
                         testing::Values(rehearsed(orders_in_memory())), print_name);
INSTANTIATE_TEST_SUITE_P(Http, OrdersPortContract,
                         testing::Values(over_http(orders_on_sql(Stage::Shared))), print_name);
INSTANTIATE_TEST_SUITE_P(
    Process, OrdersPortContract,
    testing::Values(in_own_process<orders::Orders>(
        {{"catalog", {}}, {"warehouse", {"catalog"}}, {"orders", {"catalog", "warehouse"}}})),
    print_name);

}  // namespace banyan::contract
