// SPDX-License-Identifier: Apache-2.0
#include "contract/customers/customers_port_contract.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(InProcess, CustomersPortContract,
                         testing::Values(in_process("memory", customers_in_memory()),
                                         in_process("sql", customers_on_sql())),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Postgres, CustomersPortContract,
                         testing::Values(in_process("postgresql",
                                                    customers_on_sql(sql::Engine::Postgres))),
                         print_name);

}  // namespace banyan::contract
