// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "contract/port_under_test.hpp"
#include "orders/port.hpp"

namespace banyan::contract {

/// What it means to be Orders, with a warehouse that can be reached. The bodies are in the object
/// library contract.orders.
class OrdersPortContract : public testing::TestWithParam<PortUnderTest<orders::Orders>> {
 protected:
  orders::Orders& orders() { return world_->port(); }

  /// Places an order of some customer. A slow machine's order is answered while it is in progress:
  /// then it is asked for again under the same key, until it is known how it ends.
  Result<orders::OrderDetails> place(const std::string& key,
                                     std::vector<orders::LineRequest> lines);

  /// The order when nothing is left to do in the background for what was last asked.
  Result<orders::OrderDetails> settled(Result<orders::OrderDetails> order);

 private:
  std::unique_ptr<PortWorld<orders::Orders>> world_ = GetParam().make();
};

}  // namespace banyan::contract
