// SPDX-License-Identifier: Apache-2.0
#include "contract/warehouse/warehouse_port_contract.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(
    InProcess, WarehousePortContract,
    testing::Values(in_process("memory", warehouse_in_memory()),
                    in_process("sql_shared", warehouse_on_sql(Stage::Shared)),
                    in_process("sql_expanded", warehouse_on_sql(Stage::Expanded)),
                    in_process("sql_separated", warehouse_on_sql(Stage::Separated))),
    print_name);

INSTANTIATE_TEST_SUITE_P(
    Postgres, WarehousePortContract,
    testing::Values(in_process("postgresql_shared",
                               warehouse_on_sql(Stage::Shared, sql::Engine::Postgres)),
                    in_process("postgresql_separated",
                               warehouse_on_sql(Stage::Separated, sql::Engine::Postgres))),
    print_name);

}  // namespace banyan::contract
