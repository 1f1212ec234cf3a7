// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "application/warehouse_store.hpp"

namespace banyan::contract {

/// A store with the stock of sample_shop.hpp in it, and what it stands on.
struct StoreInPlace {
  std::shared_ptr<void> base;
  std::unique_ptr<warehouse::WarehouseStore> store;
};

struct WarehouseStoreAdapter {
  std::string name;
  std::function<StoreInPlace()> make;
  friend void PrintTo(const WarehouseStoreAdapter& adapter, std::ostream* out) {
    *out << adapter.name;
  }
};

/// What it means to be a WarehouseStore. Instantiate it once for each adapter.
class WarehouseStoreContract : public testing::TestWithParam<WarehouseStoreAdapter> {
 protected:
  warehouse::WarehouseStore& store() { return *in_place_.store; }

 private:
  StoreInPlace in_place_ = GetParam().make();
};

}  // namespace banyan::contract
