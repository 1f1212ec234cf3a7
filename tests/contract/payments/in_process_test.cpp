// SPDX-License-Identifier: Apache-2.0
#include "contract/payments/payments_port_contract.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(InProcess, PaymentsPortContract,
                         testing::Values(in_process("memory", payments_in_memory()),
                                         in_process("sql", payments_on_sql())),
                         print_name);

INSTANTIATE_TEST_SUITE_P(Postgres, PaymentsPortContract,
                         testing::Values(in_process("postgresql",
                                                    payments_on_sql(sql::Engine::Postgres))),
                         print_name);

}  // namespace banyan::contract
