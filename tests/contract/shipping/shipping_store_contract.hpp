// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "application/shipping_store.hpp"

namespace banyan::contract {

/// An empty store and what it stands on.
struct ShippingStoreInPlace {
  std::shared_ptr<void> base;
  std::unique_ptr<shipping::ShippingStore> store;
};

struct ShippingStoreAdapter {
  std::string name;
  std::function<ShippingStoreInPlace()> make;
  friend void PrintTo(const ShippingStoreAdapter& adapter, std::ostream* out) {
    *out << adapter.name;
  }
};

/// What it means to be a ShippingStore. Instantiate it once for each adapter.
class ShippingStoreContract : public testing::TestWithParam<ShippingStoreAdapter> {
 protected:
  shipping::ShippingStore& store() { return *in_place_.store; }

 private:
  ShippingStoreInPlace in_place_ = GetParam().make();
};

}  // namespace banyan::contract
