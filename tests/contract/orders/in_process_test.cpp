// SPDX-License-Identifier: Apache-2.0
#include "contract/orders/orders_port_contract.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(InProcess, OrdersPortContract,
                         testing::Values(in_process("memory", orders_in_memory()),
                                         in_process("sql_shared", orders_on_sql(Stage::Shared)),
                                         in_process("sql_expanded", orders_on_sql(Stage::Expanded)),
                                         in_process("sql_separated",
                                                    orders_on_sql(Stage::Separated))),
                         print_name);

INSTANTIATE_TEST_SUITE_P(
    Postgres, OrdersPortContract,
    testing::Values(
        in_process("postgresql_shared", orders_on_sql(Stage::Shared, sql::Engine::Postgres)),
        in_process("postgresql_separated", orders_on_sql(Stage::Separated, sql::Engine::Postgres))),
    print_name);

}  // namespace banyan::contract
