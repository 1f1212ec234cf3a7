// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "application/order_store.hpp"

namespace banyan::contract {

struct OrderStoreInPlace {
  std::shared_ptr<void> base;
  std::unique_ptr<orders::OrderStore> store;
};

struct OrderStoreAdapter {
  std::string name;
  std::function<OrderStoreInPlace()> make;
  friend void PrintTo(const OrderStoreAdapter& adapter, std::ostream* out) { *out << adapter.name; }
};

/// What it means to be an OrderStore. Instantiate it once for each adapter.
class OrderStoreContract : public testing::TestWithParam<OrderStoreAdapter> {
 protected:
  orders::OrderStore& store() { return *in_place_.store; }

 private:
  OrderStoreInPlace in_place_ = GetParam().make();
};

}  // namespace banyan::contract
