// SPDX-License-Identifier: Apache-2.0
#include "contract/port_under_test.hpp"
#include "contract/shipping/shipping_port_contract.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(InProcess, ShippingPortContract,
                         testing::Values(shipping_in_process(Keeping::Memory),
                                         shipping_in_process(Keeping::Sqlite)),
                         print_name);
INSTANTIATE_TEST_SUITE_P(Postgres, ShippingPortContract,
                         testing::Values(shipping_in_process(Keeping::Postgres)), print_name);

}  // namespace banyan::contract
