// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "contract/port_under_test.hpp"
#include "customers/port.hpp"

namespace banyan::contract {

/// What it means to be Customers. The bodies are in the object library contract.customers.
class CustomersPortContract : public testing::TestWithParam<PortUnderTest<customers::Customers>> {
 protected:
  customers::Customers& customers() { return world_->port(); }

  /// As the port knows it now.
  customers::Customer customer(const customers::CustomerId& id);
  /// Opens an account under a key of its own.
  customers::Customer open(const std::string& email,
                           std::optional<std::string> password = std::nullopt);

 private:
  std::unique_ptr<PortWorld<customers::Customers>> world_ = GetParam().make();
};

}  // namespace banyan::contract
