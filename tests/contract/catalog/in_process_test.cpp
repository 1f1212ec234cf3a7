// SPDX-License-Identifier: Apache-2.0
#include "contract/catalog/catalog_port_contract.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(
    InProcess, CatalogPortContract,
    testing::Values(in_process("memory", catalog_in_memory()), in_process("sql", catalog_on_sql()),
                    in_process("postgresql", catalog_on_sql(sql::Engine::Postgres))),
    print_name);

}  // namespace banyan::contract
