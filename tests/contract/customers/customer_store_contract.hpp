// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "application/customer_store.hpp"

namespace banyan::contract {

/// A store with the customers of sample_shop.hpp in it, and what it stands on.
struct CustomerStoreInPlace {
  std::shared_ptr<void> base;
  std::unique_ptr<customers::CustomerStore> store;
};

struct CustomerStoreAdapter {
  std::string name;
  std::function<CustomerStoreInPlace()> make;
  friend void PrintTo(const CustomerStoreAdapter& adapter, std::ostream* out) {
    *out << adapter.name;
  }
};

/// What it means to be a CustomerStore. Instantiate it once for each adapter.
class CustomerStoreContract : public testing::TestWithParam<CustomerStoreAdapter> {
 protected:
  customers::CustomerStore& store() { return *in_place_.store; }

 private:
  CustomerStoreInPlace in_place_ = GetParam().make();
};

}  // namespace banyan::contract
